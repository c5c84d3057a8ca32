import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { VERSION_TABLE } from '../../src/kubernetes/version-table.js';
import {
	eventText,
	profileOf,
	unverifiedCells,
	VERSION_FACTS,
	VERSIONS,
	VersionError,
	versionCell,
} from '../../src/kubernetes/versions.js';

const test = suite('version profiles');

test('there is one for each release from 1.24 to 1.36, and it knows every fact', () => {
	assert.is(VERSIONS.length, 13);
	for (const version of VERSIONS) {
		const profile = profileOf(version);
		assert.is(profile.version, version);
		for (const fact of VERSION_FACTS) assert.ok(profile[fact] !== undefined, `${fact} of ${version}`);
	}
});

test('a profile may be asked for as a kubelet prints its version', () => {
	const expected = profileOf('1.36');
	for (const form of ['v1.36', '1.36.3', 'v1.36.3', 'v1.36.3+k3s1', ' 1.36 ']) {
		assert.equal({ ...profileOf(form), version: '' }, { ...expected, version: '' }, form);
	}
});

test('an unknown version is an error that lists the known ones', () => {
	for (const version of ['1.23', '1.37', '2.0', 'latest', '', '1', '1.36.x']) {
		assert.throws(
			() => profileOf(version),
			(error: unknown) => {
				assert.instance(error, VersionError);
				return /1\.24, 1\.25, .* 1\.36/.test((error as VersionError).message);
			},
			version,
		);
	}
});

/** In which releases a fact has another value than in the release before. */
function changes(fact: (typeof VERSION_FACTS)[number]): string[] {
	return VERSIONS.filter((version, i) => {
		const before = VERSIONS[i - 1];
		return before !== undefined && profileOf(before)[fact] !== profileOf(version)[fact];
	});
}

test('facts change in the releases of K13.7 and A0.1', () => {
	const expected: Record<string, string[]> = {
		cacheInvalidatesOnEverySync: ['1.29'],
		watchReferencesPerUid: ['1.28'],
		watchTimeoutMinSeconds: ['1.31'],
		watchListClient: ['1.35'],
		watchListServer: ['1.32', '1.33', '1.34'],
		listFromCacheWhenUnset: ['1.31'],
		notReadyRetryAfter: ['1.31', '1.33'],
		ownershipBeforePublication: ['1.26'],
		writerRepairsLinks: ['1.30'],
		writerChownsLinks: ['1.36'],
		retryFollowsBackoffExpiry: ['1.35'],
		mountTimeoutEvent: ['1.28'],
		mountErrorListsFailed: ['1.27'],
		mountTimeoutCause: ['1.28'],
		kubeAPIQPS: ['1.27'],
		envNamesFiltered: ['1.30'],
		staticPodApiReferencesRejected: ['1.34'],
		eventTextCreated: ['1.32', '1.35'],
		eventTextStarted: ['1.35'],
		reflectorBackoffReset: ['1.36'],
		reflectorBackoffManagers: ['1.28'],
		ttlTopStep600: ['1.25'],
		tooLongWording: ['1.32'],
		http2StreamsPerConnection: ['1.25'],
	};
	for (const [fact, releases] of Object.entries(expected)) {
		assert.equal(changes(fact as (typeof VERSION_FACTS)[number]), releases, fact);
	}
});

test('keys of a row ascend, begin with 1.24, and each differs from the one before', () => {
	const order = (key: string): number => {
		const [, minor, patch] = key.split('.').map(Number);
		return (minor as number) * 1000 + (patch ?? 0);
	};
	for (const fact of VERSION_FACTS) {
		const row = VERSION_TABLE[fact];
		const keys = Object.keys(row.values);
		assert.is(keys[0], '1.24', fact);
		for (let i = 1; i < keys.length; i++) {
			assert.ok(order(keys[i] as string) > order(keys[i - 1] as string), `${fact}: ${keys[i]}`);
			const same = row.values[keys[i] as string] === row.values[keys[i - 1] as string];
			const sameStatus = (row.status[keys[i] as string] ?? 'verified') === (row.status[keys[i - 1] as string] ?? 'verified');
			assert.not(same && sameStatus, `${fact}: ${keys[i]} repeats the cell to its left`);
		}
		for (const key of Object.keys(row.status)) assert.ok(keys.includes(key), `${fact}: status of a missing cell ${key}`);
		assert.ok(row.source.length > 0);
	}
});

test('a patch inside a minor release decides where the change came with a patch', () => {
	assert.is(profileOf('1.28.2').http2StreamsPerConnection, 250);
	assert.is(profileOf('1.28.3').http2StreamsPerConnection, 100);
	assert.is(profileOf('1.28').http2StreamsPerConnection, 100);
	assert.is(profileOf('1.26.0').ownershipBeforePublication, false);
	assert.is(profileOf('1.26').ownershipBeforePublication, true);
});

test('unverified cells are named, verified ones are not', () => {
	assert.equal(unverifiedCells(profileOf('1.36')), []);
	assert.equal(unverifiedCells(profileOf('1.27'), ['http2StreamsPerConnection', 'kubeAPIQPS']), [
		versionCell('http2StreamsPerConnection', '1.27'),
	]);
	assert.is(versionCell('http2StreamsPerConnection', '1.27').status, 'unverified');
	assert.equal(unverifiedCells(profileOf('1.27'), ['kubeAPIQPS']), []);
});

test('event texts are templates', () => {
	assert.is(eventText(profileOf('1.30').eventTextCreated, 'main', 'nginx'), 'Created container main');
	assert.is(eventText(profileOf('1.33').eventTextCreated, 'main', 'nginx'), 'Created container: main');
	assert.is(
		eventText(profileOf('1.36').eventTextImagePresent, 'main', 'nginx:$&'),
		'Container image "nginx:$&" already present on machine and can be accessed by the pod',
	);
});

test.run();
