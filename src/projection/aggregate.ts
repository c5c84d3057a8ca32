// The text of several errors joined into one, as the kubelet shows it. Follows Aggregate of
// k8s.io/apimachinery/pkg/util/errors: equal texts once, no brackets around a single one (K20.8).

/** The text of an aggregate of at least one error. */
export function aggregateText(errors: readonly string[]): string {
	const distinct = [...new Set(errors)];
	return distinct.length === 1 ? (distinct[0] as string) : `[${distinct.join(', ')}]`;
}
