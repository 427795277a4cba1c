module.exports = { ...require('../../jest.preset.js'), displayName: 'throttling', rootDir: 'src' };
