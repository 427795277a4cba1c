import { forgetAll } from './image';

// eslint-disable-next-line no-restricted-exports -- jest takes the default export
export default forgetAll;
