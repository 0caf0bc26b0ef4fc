import { createFormField } from '@backstage/plugin-scaffolder-react/alpha';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { AppNetworkClusterPicker } from './AppNetworkClusterPicker';

const schema = makeFieldSchema({ output: z => z.string() });

/** `ui:field: AppNetworkClusterPicker`; its value is the name of the cluster. */
export const clusterPickerField = createFormField({
  name: 'AppNetworkClusterPicker',
  component: AppNetworkClusterPicker,
  schema,
});
