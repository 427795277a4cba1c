import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiOkResponse,
  ApiTags,
} from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import { MailFolder } from '@liftdesk/mail';
import { Public, StaffOnly } from '../auth/access.decorators';
import { NotFoundError } from '../common/domain-error';
import { PageQueryDto } from '../common/page.dto';
import { Deliveries } from './deliveries';
import { DeliveryDto, KeptMailDto, KeptMailPageDto, ResendDto } from './mail.dto';
import { NotificationConfig } from './notification.config';
import { SesEventsService } from './ses-events.service';

@ApiTags('Mail')
@Controller('mail')
export class MailController {
  constructor(
    private readonly deliveries: Deliveries,
    private readonly events: SesEventsService,
    @Inject(MailFolder) private readonly folder: MailFolder | null,
    private readonly config: NotificationConfig,
  ) {}

  @Post('deliveries/:id/resend')
  @StaffOnly()
  @HttpCode(202)
  @ApiBearerAuth()
  @ApiBody({ type: ResendDto, required: false })
  @ApiAcceptedResponse({ type: DeliveryDto })
  resend(@Param('id') id: string, @Body() { liftBlock }: ResendDto): Promise<DeliveryDto> {
    return this.deliveries.resend(id, liftBlock);
  }

  /**
   * Bounces and complaints of Amazon SES, posted by SNS. Signed by SNS, or refused; not counted, for they all come from the
   * same few addresses and what is not of our topic costs nothing.
   */
  @Public()
  @SkipThrottle({ anonymous: true, user: true })
  @Post('ses-events')
  @HttpCode(200)
  @ApiConsumes('text/plain')
  @ApiBody({ schema: { type: 'string' }, description: 'A message of Amazon SNS' })
  async receiveSesEvent(@Body() body: unknown): Promise<void> {
    await this.events.receive(body);
  }

  /** Mail that was put aside instead of sent: on a developer's machine, for the page that shows it. */
  @Public()
  @Get('outbox')
  @ApiOkResponse({ type: KeptMailPageDto })
  async listOutbox(@Query() { limit, cursor }: PageQueryDto): Promise<KeptMailPageDto> {
    const { items, nextCursor } = await this.openFolder.list(limit, cursor);
    return {
      items: items.map(({ id, to, subject, createdAt }) => ({ id, to, subject, createdAt })),
      nextCursor,
    };
  }

  @Public()
  @Get('outbox/:id')
  @ApiOkResponse({ type: KeptMailDto })
  async readOutbox(@Param('id') id: string): Promise<KeptMailDto> {
    const mail = await this.openFolder.read(id);
    if (!mail) throw new NotFoundError('There is no such mail');
    return mail;
  }

  /** @throws NotFoundError wherever mail is somebody's: in production, and where it is really sent */
  private get openFolder(): MailFolder {
    if (this.config.settings.openOutbox && this.folder) return this.folder;
    throw new NotFoundError('There is no such page');
  }
}
