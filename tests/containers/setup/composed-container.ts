import { GenericContainer, StartupCheckStrategy, type StartupStatus } from 'testcontainers';
import type { ComposeService } from './compose.ts';

/** A container as the compose file describes it. What Testcontainers has no method for is open to a subclass only. */
export class ComposedContainer extends GenericContainer {
  /** `network` is the only one it is in; without one it has none. */
  constructor(service: ComposeService, network?: { name: string; aliases: string[] }) {
    super(service.image);
    this.withNetworkMode(network?.name ?? 'none');
    // Not by Testcontainers' own aliases, which add a network to the default one.
    if (network !== undefined) {
      this.createOpts.NetworkingConfig = { EndpointsConfig: { [network.name]: { Aliases: network.aliases } } };
    }
    this.hostConfig.ReadonlyRootfs = service.read_only ?? false;
    this.hostConfig.Memory = bytesOf(service.mem_limit);
    // A path without a name is a volume that belongs to this container alone and goes with it.
    const [named, own] = [true, false].map((is) => (service.volumes ?? []).filter((each) => each.includes(':') === is));
    this.createOpts.Volumes = Object.fromEntries((own ?? []).map((path) => [path, {}]));
    this.hostConfig.Binds = named ?? [];
    const ports = (service.ports ?? []).map((port) => port.split(':'));
    this.createOpts.ExposedPorts = Object.fromEntries(ports.map(([, , inside]) => [`${inside}/tcp`, {}]));
    this.hostConfig.PortBindings = Object.fromEntries(
      ports.map(([HostIp, HostPort, inside]) => [`${inside}/tcp`, [{ HostIp, HostPort }]]),
    );
    this.withDroppedCapabilities(...(service.cap_drop ?? []))
      .withAddedCapabilities(...(service.cap_add ?? []))
      .withSecurityOpt(...(service.security_opt ?? []))
      .withTmpFs(Object.fromEntries((service.tmpfs ?? []).map((path) => [path, ''])))
      // What is interpolated to nothing is nothing in YAML, and an empty variable to Compose.
      .withEnvironment(
        Object.fromEntries(
          Object.entries(service.environment ?? {}).map(([name, value]) => [name, String(value ?? '')]),
        ),
      );
    if (service.command !== undefined) this.withCommand(service.command);
  }
}

type Client = Parameters<StartupCheckStrategy['checkStartupState']>[0];

/** Waits until the process was started and for nothing else: what is ready, and when, the tests ask themselves. */
export class HasBegun extends StartupCheckStrategy {
  override async checkStartupState(client: Client, containerId: string): Promise<StartupStatus> {
    const { State } = await client.getContainer(containerId).inspect();
    return State.Running || State.Status === 'exited' ? 'SUCCESS' : 'PENDING';
  }
}

/** `384m`, `1g`: as compose writes memory. */
function bytesOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const [, number, unit] = /^(\d+)([mg])$/.exec(text) ?? [];
  if (number === undefined) throw new Error(`"${text}" is no amount of memory`);
  return Number(number) * (unit === 'g' ? 1024 ** 3 : 1024 ** 2);
}
