// eslint-disable-next-line no-restricted-exports -- jest takes the default export
export { stop as default } from './jest-global-setup';
