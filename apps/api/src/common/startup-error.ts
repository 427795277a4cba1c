/** Why the process cannot start, in one line that says what to do. Printed without a stack; exit code 1. */
export class StartupError extends Error {}
