import { Type } from 'typebox';
import { type ListedModel, listFaceModels } from '#faces/model/list.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { component } from '../../http/openapi/component.js';
import { Json, Nullable, problems } from '../../http/schemas.js';

const Flag = (description: string) => Type.Boolean({ description });
const Text = (description: string) => Type.String({ description });

const FaceModelSchema = Type.Object(
  {
    name: Text('By which FACE_MODEL and compare-face-models name it'),
    title: Type.String(),
    version: Text('The name stored with results; it changes with the file, the threshold and the search'),
    builtIn: Flag('It comes with Millrace; else FACE_MODEL leads to it'),
    present: Flag('Its file is on this machine'),
    inUse: Flag('It is the one that looks at new images, by the settings of this process'),
    file: Type.Object({ name: Type.String(), sha256: Type.String(), bytes: Type.Integer() }),
    licence: Type.Object({
      spdx: Text('SPDX expression'),
      holder: Type.String(),
      source: Text('Where it is stated'),
      commercialUse: Flag('False where it is forbidden or not known to be allowed; such a model is never a default'),
      text: Nullable(Type.String()),
    }),
    decode: Text('How the network’s outputs are read'),
    threshold: Type.Object({
      score: Type.Number({ description: 'Lowest score that counts as a face, 0 to 1' }),
      method: Text('How it was chosen'),
      data: Text('On what it was chosen'),
    }),
    search: Json,
  },
  component('FaceModel'),
);

const FaceModelsSchema = Type.Object(
  { items: Type.Array(FaceModelSchema), fault: Nullable(Text('Why FACE_MODEL leads to no model')) },
  component('FaceModels', 'All face models'),
);

/** GET /api/face-models. */
export async function faceModelRoutes(app: App, { config }: ApiDeps): Promise<void> {
  app.get(
    '/api/face-models',
    {
      schema: {
        operationId: 'listFaceModels',
        tags: ['datasets'],
        summary: 'The face models that are known, with their licences',
        response: {
          200: FaceModelsSchema,
          ...problems(),
        },
      },
    },
    async () => {
      const { models, fault } = await listFaceModels(config);
      return { items: models.map(shown), fault };
    },
  );
}

const shown = ({ definition, version, licenceText, builtIn, present, inUse }: ListedModel) => {
  const { name, title, decode, threshold, search, file, licence } = definition;
  const { spdx, holder, source, commercialUse } = licence;
  return {
    name,
    title,
    version,
    builtIn,
    present,
    inUse,
    file: { name: file.name, sha256: file.sha256, bytes: file.bytes },
    licence: { spdx, holder, source, commercialUse, text: licenceText },
    decode,
    threshold,
    search,
  };
};
