/** Stops the servers that the tests share. */
export default async function stopServers() {
  await globalThis.stopServers();
}
