/** Rust source of an inline test module with one test, `holds`, with a body. */
export function moduleOf(name: string, body = ''): string {
  return `#[cfg(test)]\nmod ${name} {\n    #[test]\n    fn holds() {\n        ${body}\n    }\n}\n`;
}
