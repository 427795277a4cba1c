import { SetMetadata } from '@nestjs/common';

export const COUNTS_BY_ADDRESS = Symbol('counts-by-address');

/**
 * Marks a handler whose requests count by address whoever is signed in: one account must not open the doors that are
 * there for strangers three thousand times.
 */
export const CountsByAddress = () => SetMetadata(COUNTS_BY_ADDRESS, true);
