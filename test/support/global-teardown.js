/** Ends the servers that the tests shared. */
export default async function stopServers() {
  await globalThis.stopServers();
}
