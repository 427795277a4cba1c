module.exports = { ...require('../../jest.preset.js'), displayName: 'health', rootDir: 'src' };
