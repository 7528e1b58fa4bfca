/** Parses form-data as this benchmark sends it, without a library, as everything in the bare baseline. */
export function parseForm(body: string, type: string): Record<string, string> {
  const [, boundary = ''] = /boundary=(.+)$/.exec(type) ?? [];
  const fields: Record<string, string> = {};
  for (const part of body.split(`--${boundary}`)) {
    const [, name, value] = /name="([^"]+)"\r\n\r\n([^]*)\r\n$/.exec(part) ?? [];
    if (name !== undefined && value !== undefined) fields[name] = value;
  }
  return fields;
}
