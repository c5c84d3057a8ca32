// The entry `secretsim/volume`: Secrets in real directories that swap exactly as the kubelet swaps them, for tests of
// applications that read them.

export type { KeyToPath } from './kubernetes/objects.js';
export { InputError } from './mount/input-error.js';
export type { ChangedFiles, RefreshResult } from './mount/live-volume.js';
export { type SecretChanges, type SecretData, SecretVolume, type SecretVolumeOptions } from './mount/secret-volume.js';
export { type LinkFunctions, SubPathError } from './mount/sub-path.js';
export type { MemfsLike } from './projection/adapters/memfs.js';
