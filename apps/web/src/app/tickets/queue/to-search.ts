/** Told to the router by whoever goes to the queue in order to search; Back and Forward do not tell it again. */
export const TO_SEARCH = 'to-search';
