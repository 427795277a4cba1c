export { aCompoundFile, anOfficeFile, aZip, sampleFiles, type CompoundFileOptions } from './sample-files';
