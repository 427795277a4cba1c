import activity from 'lucide-static/icons/activity.svg';
import archive from 'lucide-static/icons/archive.svg';
import arrowDown from 'lucide-static/icons/arrow-down.svg';
import arrowDownUp from 'lucide-static/icons/arrow-down-up.svg';
import arrowLeft from 'lucide-static/icons/arrow-left.svg';
import arrowRight from 'lucide-static/icons/arrow-right.svg';
import arrowUp from 'lucide-static/icons/arrow-up.svg';
import atSign from 'lucide-static/icons/at-sign.svg';
import ban from 'lucide-static/icons/ban.svg';
import bell from 'lucide-static/icons/bell.svg';
import bold from 'lucide-static/icons/bold.svg';
import bookmark from 'lucide-static/icons/bookmark.svg';
import calendar from 'lucide-static/icons/calendar.svg';
import chartNoAxesColumn from 'lucide-static/icons/chart-no-axes-column.svg';
import check from 'lucide-static/icons/check.svg';
import chevronDown from 'lucide-static/icons/chevron-down.svg';
import chevronLeft from 'lucide-static/icons/chevron-left.svg';
import chevronRight from 'lucide-static/icons/chevron-right.svg';
import chevronUp from 'lucide-static/icons/chevron-up.svg';
import circleAlert from 'lucide-static/icons/circle-alert.svg';
import circleCheck from 'lucide-static/icons/circle-check.svg';
import circleDashed from 'lucide-static/icons/circle-dashed.svg';
import circleDot from 'lucide-static/icons/circle-dot.svg';
import circlePause from 'lucide-static/icons/circle-pause.svg';
import circlePlus from 'lucide-static/icons/circle-plus.svg';
import circleUser from 'lucide-static/icons/circle-user.svg';
import circleX from 'lucide-static/icons/circle-x.svg';
import clock from 'lucide-static/icons/clock.svg';
import clockFading from 'lucide-static/icons/clock-fading.svg';
import cloudOff from 'lucide-static/icons/cloud-off.svg';
import cloudUpload from 'lucide-static/icons/cloud-upload.svg';
import code from 'lucide-static/icons/code.svg';
import command from 'lucide-static/icons/command.svg';
import copy from 'lucide-static/icons/copy.svg';
import cornerUpLeft from 'lucide-static/icons/corner-up-left.svg';
import download from 'lucide-static/icons/download.svg';
import ellipsis from 'lucide-static/icons/ellipsis.svg';
import externalLink from 'lucide-static/icons/external-link.svg';
import eye from 'lucide-static/icons/eye.svg';
import eyeOff from 'lucide-static/icons/eye-off.svg';
import file from 'lucide-static/icons/file.svg';
import fileText from 'lucide-static/icons/file-text.svg';
import fileWarning from 'lucide-static/icons/file-warning.svg';
import filter from 'lucide-static/icons/filter.svg';
import flag from 'lucide-static/icons/flag.svg';
import flaskConical from 'lucide-static/icons/flask-conical.svg';
import history from 'lucide-static/icons/history.svg';
import image from 'lucide-static/icons/image.svg';
import inbox from 'lucide-static/icons/inbox.svg';
import info from 'lucide-static/icons/info.svg';
import italic from 'lucide-static/icons/italic.svg';
import keyboard from 'lucide-static/icons/keyboard.svg';
import layers from 'lucide-static/icons/layers.svg';
import link from 'lucide-static/icons/link.svg';
import list from 'lucide-static/icons/list.svg';
import listFilter from 'lucide-static/icons/list-filter.svg';
import loaderCircle from 'lucide-static/icons/loader-circle.svg';
import lock from 'lucide-static/icons/lock.svg';
import logOut from 'lucide-static/icons/log-out.svg';
import mail from 'lucide-static/icons/mail.svg';
import menu from 'lucide-static/icons/menu.svg';
import messageSquare from 'lucide-static/icons/message-square.svg';
import messageSquarePlus from 'lucide-static/icons/message-square-plus.svg';
import messagesSquare from 'lucide-static/icons/messages-square.svg';
import monitor from 'lucide-static/icons/monitor.svg';
import moon from 'lucide-static/icons/moon.svg';
import panelLeft from 'lucide-static/icons/panel-left.svg';
import panelRight from 'lucide-static/icons/panel-right.svg';
import paperclip from 'lucide-static/icons/paperclip.svg';
import pencil from 'lucide-static/icons/pencil.svg';
import plus from 'lucide-static/icons/plus.svg';
import quote from 'lucide-static/icons/quote.svg';
import refreshCw from 'lucide-static/icons/refresh-cw.svg';
import reply from 'lucide-static/icons/reply.svg';
import rotateCw from 'lucide-static/icons/rotate-cw.svg';
import save from 'lucide-static/icons/save.svg';
import search from 'lucide-static/icons/search.svg';
import send from 'lucide-static/icons/send.svg';
import settings from 'lucide-static/icons/settings.svg';
import shieldCheck from 'lucide-static/icons/shield-check.svg';
import smartphone from 'lucide-static/icons/smartphone.svg';
import sun from 'lucide-static/icons/sun.svg';
import tag from 'lucide-static/icons/tag.svg';
import timer from 'lucide-static/icons/timer.svg';
import trash from 'lucide-static/icons/trash.svg';
import triangleAlert from 'lucide-static/icons/triangle-alert.svg';
import undo2 from 'lucide-static/icons/undo-2.svg';
import upload from 'lucide-static/icons/upload.svg';
import user from 'lucide-static/icons/user.svg';
import userCheck from 'lucide-static/icons/user-check.svg';
import userPlus from 'lucide-static/icons/user-plus.svg';
import userX from 'lucide-static/icons/user-x.svg';
import users from 'lucide-static/icons/users.svg';
import wifiOff from 'lucide-static/icons/wifi-off.svg';
import wrench from 'lucide-static/icons/wrench.svg';
import x from 'lucide-static/icons/x.svg';
import zap from 'lucide-static/icons/zap.svg';

/** Lucide (ISC licence), only those that the product uses: add the file here and its name works in `<desk-icon>`. */
export const ICONS = {
  activity,
  archive,
  'arrow-down': arrowDown,
  'arrow-down-up': arrowDownUp,
  'arrow-left': arrowLeft,
  'arrow-right': arrowRight,
  'arrow-up': arrowUp,
  'at-sign': atSign,
  ban,
  bell,
  bold,
  bookmark,
  calendar,
  'chart-no-axes-column': chartNoAxesColumn,
  check,
  'chevron-down': chevronDown,
  'chevron-left': chevronLeft,
  'chevron-right': chevronRight,
  'chevron-up': chevronUp,
  'circle-alert': circleAlert,
  'circle-check': circleCheck,
  'circle-dashed': circleDashed,
  'circle-dot': circleDot,
  'circle-pause': circlePause,
  'circle-plus': circlePlus,
  'circle-user': circleUser,
  'circle-x': circleX,
  clock,
  'clock-fading': clockFading,
  'cloud-off': cloudOff,
  'cloud-upload': cloudUpload,
  code,
  command,
  copy,
  'corner-up-left': cornerUpLeft,
  download,
  ellipsis,
  'external-link': externalLink,
  eye,
  'eye-off': eyeOff,
  file,
  'file-text': fileText,
  'file-warning': fileWarning,
  filter,
  flag,
  'flask-conical': flaskConical,
  history,
  image,
  inbox,
  info,
  italic,
  keyboard,
  layers,
  link,
  list,
  'list-filter': listFilter,
  'loader-circle': loaderCircle,
  lock,
  'log-out': logOut,
  mail,
  menu,
  'message-square': messageSquare,
  'message-square-plus': messageSquarePlus,
  'messages-square': messagesSquare,
  monitor,
  moon,
  'panel-left': panelLeft,
  'panel-right': panelRight,
  paperclip,
  pencil,
  plus,
  quote,
  'refresh-cw': refreshCw,
  reply,
  'rotate-cw': rotateCw,
  save,
  search,
  send,
  settings,
  'shield-check': shieldCheck,
  smartphone,
  sun,
  tag,
  timer,
  trash,
  'triangle-alert': triangleAlert,
  'undo-2': undo2,
  upload,
  user,
  'user-check': userCheck,
  'user-plus': userPlus,
  'user-x': userX,
  users,
  'wifi-off': wifiOff,
  wrench,
  x,
  zap,
} as const satisfies Record<string, string>;

export type IconName = keyof typeof ICONS;
