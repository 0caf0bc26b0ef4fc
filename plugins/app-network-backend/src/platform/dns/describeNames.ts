import type { Address } from '@app-network/backstage-plugin-app-network-common';
import type { SeenName } from './names';

/** Why a name does not lead where it should, and what to do where it is left to ExternalDNS. */
export function describeName(
  { hostname, state, leadsTo, maker, asked, failure }: SeenName,
  targets: readonly Address[],
): string {
  const expected = listed(targets.map(({ value }) => value));
  const elsewhere = `as ${asked} ${plural(asked, 'says', 'say')}`;
  switch (state) {
    case 'Missing':
      return `${hostname} has no record yet, ${elsewhere}; it should lead to ${expected}.`;
    case 'Elsewhere':
      return `${hostname} leads to ${listed(
        leadsTo,
      )}, ${elsewhere}, and not to ${expected}. ${madeBy(maker)}`;
    case 'Unanswered':
      return `Whether ${hostname} leads to ${expected} is not known: ${asked} ${plural(
        asked,
        'gives',
        'give',
      )} no answer (${failure}). Name servers that this portal can ask are set in appNetwork.dns.servers of app-config.`;
    default:
      return `${hostname} leads to ${expected}.`;
  }
}

function madeBy(maker: SeenName['maker']): string {
  if (!maker) {
    return 'The record was not made by ExternalDNS, which leaves it alone: remove it, or take another name.';
  }
  const forWhat = maker.resource ? ` for ${maker.resource}` : '';
  if (maker.isOwn) {
    return `The record was made by this cluster's own ExternalDNS${forWhat}, which corrects it within a minute; if it does not, change or remove what it was made for.`;
  }
  if (maker.cluster) {
    return `The record was made by the ExternalDNS of cluster ${maker.cluster}${forWhat}, and this cluster's leaves it alone. Remove it there, or take another name.`;
  }
  return `The record was made by the ExternalDNS with owner id ${maker.owner}${forWhat}; another one leaves it alone. If that is not this cluster's, remove it there, or take another name.`;
}

function plural(asked: string, one: string, many: string): string {
  return asked.includes(', ') ? many : one;
}

function listed(values: readonly string[]): string {
  return values.join(' and ') || 'nothing';
}
