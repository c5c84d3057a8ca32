// The variables that tell a container where the Services of its namespace are. They are part of every environment and can be
// shadowed by keys of a Secret. Takes the Services that the kubelet knows, gives names and values. Follows
// pkg/kubelet/envvars/envvars.go and getServiceEnvVarMap of pkg/kubelet/kubelet_pods.go.

/** The part of a Service that becomes variables. */
export interface LinkedService {
	readonly namespace: string;
	readonly name: string;
	/** `None` or empty: the Service has no address and makes no variables. */
	readonly clusterIP: string;
	readonly ports: readonly { readonly name: string; readonly port: number; readonly protocol: string }[];
}

/** The Service of the API server, which every container hears of whatever `enableServiceLinks` says. */
const MASTER_SERVICE = { namespace: 'default', name: 'kubernetes' } as const;

function variableName(name: string): string {
	return name.replaceAll('-', '_').toUpperCase();
}

function variablesOf({ name, clusterIP, ports }: LinkedService): [string, string][] {
	const prefix = variableName(name);
	const [first] = ports;
	if (first === undefined) throw new Error(`the Service ${name} has an address and no ports, which the API server does not allow`);
	const host = clusterIP.includes(':') ? `[${clusterIP}]` : clusterIP;
	const address = (protocol: string, port: number): string => `${protocol.toLowerCase()}://${host}:${port}`;
	return [
		[`${prefix}_SERVICE_HOST`, clusterIP],
		[`${prefix}_SERVICE_PORT`, String(first.port)],
		...ports
			.filter((port) => port.name !== '')
			.map((port): [string, string] => [`${prefix}_SERVICE_PORT_${variableName(port.name)}`, String(port.port)]),
		[`${prefix}_PORT`, address(first.protocol, first.port)],
		...ports.flatMap(({ port, protocol }): [string, string][] => {
			const link = `${prefix}_PORT_${port}_${protocol.toUpperCase()}`;
			return [
				[link, address(protocol, port)],
				[`${link}_PROTO`, protocol.toLowerCase()],
				[`${link}_PORT`, String(port)],
				[`${link}_ADDR`, clusterIP],
			];
		}),
	];
}

/**
 * The variables of all Services that a container of a namespace hears of.
 *
 * @param enableServiceLinks false: only the API server's own Service.
 */
export function serviceVariables(
	services: readonly LinkedService[],
	namespace: string,
	enableServiceLinks: boolean,
): ReadonlyMap<string, string> {
	const linked = new Map<string, LinkedService>();
	for (const service of services) {
		if (service.clusterIP === '' || service.clusterIP === 'None') continue;
		const master = service.namespace === MASTER_SERVICE.namespace && service.name === MASTER_SERVICE.name;
		if (master && linked.has(service.name)) continue;
		if (master || (service.namespace === namespace && enableServiceLinks)) linked.set(service.name, service);
	}
	return new Map([...linked.values()].flatMap(variablesOf));
}
