/** The fields of form-data, as far as this bench sends it: by hand, as the bare baseline is. */
export function parseForm(body: string, type: string): Record<string, string> {
  const [, boundary = ''] = /boundary=(.+)$/.exec(type) ?? [];
  const fields: Record<string, string> = {};
  for (const part of body.split(`--${boundary}`)) {
    const [, name, value] = /name="([^"]+)"\r\n\r\n([^]*)\r\n$/.exec(part) ?? [];
    if (name !== undefined && value !== undefined) fields[name] = value;
  }
  return fields;
}
