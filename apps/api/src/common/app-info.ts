/** What this build calls itself. A class, so that it is its own injection token. */
export class AppInfo {
  constructor(
    /** As /health shows it. */
    readonly version: string,
  ) {}
}
