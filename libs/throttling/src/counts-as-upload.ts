import { SetMetadata } from '@nestjs/common';

export const COUNTS_AS_UPLOAD = Symbol('counts-as-upload');

/** Marks a handler (or controller) whose requests also count against the limit of uploads. */
export const CountsAsUpload = () => SetMetadata(COUNTS_AS_UPLOAD, true);
