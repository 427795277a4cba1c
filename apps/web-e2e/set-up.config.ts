import { prepareDesk } from './src/harness/prepare-desk';

// Playwright takes a global set-up by its default export.
export default prepareDesk;
