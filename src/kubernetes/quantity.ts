// Reads Kubernetes quantities ("128Mi", "0.5G", "1e9", 64) as whole bytes, rounded up. Follows the grammar of
// apimachinery/pkg/api/resource/quantity.go.

const SUFFIXES: Readonly<Record<string, number>> = {
	n: 1e-9,
	u: 1e-6,
	m: 1e-3,
	'': 1,
	k: 1e3,
	M: 1e6,
	G: 1e9,
	T: 1e12,
	P: 1e15,
	E: 1e18,
	Ki: 2 ** 10,
	Mi: 2 ** 20,
	Gi: 2 ** 30,
	Ti: 2 ** 40,
	Pi: 2 ** 50,
	Ei: 2 ** 60,
};

const FORM = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/;

/**
 * A quantity as a whole number, rounded up; undefined when the value is none.
 *
 * @example parseQuantity('64Mi') // 67108864
 */
export function parseQuantity(value: string | number): number | undefined {
	const match = FORM.exec(String(value));
	if (match === null) return undefined;
	const amount = Number(match[2] === undefined ? match[1] : `${match[1]}e${match[2]}`);
	return Math.ceil(amount * (SUFFIXES[match[3] ?? ''] as number));
}
