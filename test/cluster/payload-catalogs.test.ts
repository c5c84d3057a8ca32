// Catalogs of payloads are shared by the volumes that show a Secret alike, and never by those of another Secret.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PayloadCatalogs } from '../../src/cluster/payload-catalogs.js';
import type { PayloadCatalog } from '../../src/kubelet/payload-catalog.js';

const test = suite('catalogs of payloads');

const owner = { namespace: 'default', name: 'web', template: { labels: {}, annotations: {} } } as never;
const spec = { initContainers: [], containers: [], ephemeralContainers: [] } as never;

/** The catalog of a volume that shows all of the Secret with a number. */
function shown(catalogs: PayloadCatalogs, object: number, defaultMode = 0o644): PayloadCatalog {
	const name = `secret-${object}`;
	return catalogs.of({ name: 'data', secret: { secretName: name, defaultMode } }, [{ kind: 'Secret', object, name }], owner, spec);
}

test('volumes of one Secret share a catalog as long as their files have one mode', () => {
	const catalogs = new PayloadCatalogs();
	const first = shown(catalogs, 7);
	const other = shown(catalogs, 7, 0o600);
	assert.is.not(first, other);
	assert.is(shown(catalogs, 7), first);
	assert.is(shown(catalogs, 7, 0o600), other);
});

test('a Secret never gets the catalog of another one, however many there are', () => {
	const catalogs = new PayloadCatalogs();
	const known = new Map<PayloadCatalog, number>();
	for (let round = 0; round < 2; round++) {
		for (let object = 0; object < 20_000; object += 3) {
			const catalog = shown(catalogs, object);
			assert.is(known.get(catalog) ?? object, object);
			known.set(catalog, object);
		}
	}
});

test.run();
