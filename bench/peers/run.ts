// The table of peers: what the same work costs elsewhere.
export async function runPeers(_options: { readonly write: boolean; readonly webernetes: string | undefined }): Promise<void> {}
