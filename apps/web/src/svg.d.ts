declare module '*.svg' {
  const markup: string;
  export = markup;
}
