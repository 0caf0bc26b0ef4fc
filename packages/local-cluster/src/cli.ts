import { stderr, stdout } from 'node:process';
import { Argument, Command } from 'commander';
import { BuildError, EXTRAS, type ExtraName } from './build/types.ts';
import { UserError } from './cluster/errors.ts';
import { clusterPaths, DEFAULT_NAME } from './cluster/paths.ts';
import { readRecord } from './cluster/record.ts';
import { add } from './commands/add.ts';
import { down } from './commands/down.ts';
import { images, loadImages } from './commands/images.ts';
import { logs } from './commands/logs.ts';
import { namedContext } from './commands/namedContext.ts';
import { describeStatus, status } from './commands/status.ts';
import { up } from './commands/up.ts';
import { progressOn } from './progress.ts';

interface NameOption {
  name: string;
}

interface ContextOption extends NameOption {
  context?: string;
}

interface UpFlags extends ContextOption {
  controlPlaneOnly?: boolean;
  install: boolean;
}

const progress = progressOn(stderr);

const program = new Command('cluster')
  .description(
    'A real Kubernetes on this machine: control plane, one node, NetworkPolicies, load balancers.',
  )
  .addHelpText(
    'after',
    `
Examples:
  npm run cluster -- up                      start it; the first time it is built, which takes a while
  npm run cluster -- up --name other         a second one beside it
  npm run cluster -- logs kubelet -f         follow a component's log
  npm run --silent cluster -- kubeconfig     the path of the kubeconfig, and nothing else
  npm run cluster -- down                    end it and remove all of it
`,
  );

withContext(command('up', 'start the cluster, building it first if need be'))
  .option(
    '--control-plane-only',
    'no node: objects can be made, pods do not run',
  )
  .option(
    '--no-install',
    'install no system packages; print the line to run instead',
  )
  .action(async (options: UpFlags) => {
    if (options.context) {
      const { context, kubeconfig, server } = await namedContext(
        options.context,
      );
      print(
        `The context "${context}" of ${kubeconfig} (${server}) is used; nothing is started.`,
      );
      return;
    }
    const { name, server, tools, network } = await up(
      { ...options, controlPlaneOnly: options.controlPlaneOnly ?? false },
      progress,
    );
    const { kubeconfig, networkPlatform } = clusterPaths(name);
    const flag = name === DEFAULT_NAME ? '' : ` --name ${name}`;
    print(
      `Kubernetes is running at ${server}`,
      ...(network
        ? [`Load balancers get addresses of ${network.loadBalancerRange}`]
        : []),
      `A NetworkPlatform for it is ${networkPlatform}`,
      '',
      `  export KUBECONFIG=${kubeconfig}`,
      `  ${tools.kubectl} get pods --all-namespaces`,
      `  npm run cluster -- status${flag}`,
      `  npm run cluster -- down${flag}`,
    );
  });

command('down', 'end the cluster and remove all of it').action(
  ({ name }: NameOption) => down(name, progress),
);

withContext(command('status', 'say what runs, and where everything is'))
  .option('--json', 'for programs')
  .action(async (options: ContextOption & { json?: boolean }) => {
    if (options.context) {
      const found = await namedContext(options.context);
      print(
        options.json
          ? JSON.stringify(found, null, 2)
          : `The context "${found.context}" of ${found.kubeconfig}: ${found.server}. It is not run from here.`,
      );
      return;
    }
    const found = await status(options.name);
    print(
      options.json ? JSON.stringify(found, null, 2) : describeStatus(found),
    );
  });

withContext(
  command('kubeconfig', "print the path of the cluster's kubeconfig"),
).action(async (options: ContextOption) => {
  if (options.context) {
    print((await namedContext(options.context)).kubeconfig);
    return;
  }
  const paths = clusterPaths(options.name);
  if (!(await readRecord(paths))) {
    throw new UserError(`There is no cluster "${options.name}".`);
  }
  print(paths.kubeconfig);
});

command('logs', "print a component's log, or the last lines of all")
  .argument('[component]', 'for instance kube-apiserver, kubelet, audit')
  .option('-f, --follow', 'go on until interrupted')
  .action(
    async (
      component: string | undefined,
      { name, follow }: NameOption & { follow?: boolean },
    ) => {
      process.exitCode = await logs(name, component, follow ?? false);
    },
  );

command('add', "build what a cluster doesn't have from the start")
  .addArgument(new Argument('<what>').choices(EXTRAS))
  .option('--no-install', 'install no system packages')
  .action(async (what: ExtraName, { name, install }: NameOption & UpFlags) => {
    const { image, chart } = await add(what, name, install, progress);
    print(
      `The image ${image.reference} is in the node.`,
      `The chart is ${chart.path}`,
    );
  });

const imagesCommand = command('images', 'list the images in the node').action(
  async ({ name }: NameOption) => {
    const found = await images(name);
    print(...found.map(({ reference, size }) => `${reference}\t${size}`));
  },
);

imagesCommand
  .command('load')
  .description('bring an image archive into the node')
  .argument('<file>', 'an archive as `docker save` makes it')
  .option(...nameOption())
  .action(async (file: string, _: object, self: Command) => {
    // `--name` may stand before or after `load`.
    const { name } = self.optsWithGlobals<NameOption>();
    const loaded = await loadImages(name, file);
    print(...(loaded.length > 0 ? loaded : ['It was there already.']));
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof UserError || error instanceof BuildError) {
    progress.line(error.message);
    process.exitCode = 1;
  } else {
    throw error;
  }
}

function command(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option(...nameOption());
}

function nameOption(): [string, string, string] {
  return ['--name <name>', 'which cluster', DEFAULT_NAME];
}

function withContext(of: Command): Command {
  return of.option(
    '--context <context>',
    'a cluster of your own instead: a context of your kubeconfig',
  );
}

function print(...lines: string[]): void {
  stdout.write(`${lines.join('\n')}\n`);
}
