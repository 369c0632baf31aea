# docker build -t replay . && docker run --rm --network host -v "$PWD:/data" replay trace.json --backend http --url http://127.0.0.1:8080/
FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json tsconfig.page.json bundle.js ./
COPY src ./src
RUN npm run build:src && npm run build:page && npm run bundle

FROM node:20.20.2-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM node:20.20.2-bookworm-slim
ENV NODE_ENV=production
COPY --from=packages /app/node_modules /app/node_modules
COPY --from=build /app/dist/bundle /app/dist/bundle
COPY package.json LICENSE /app/
COPY bin /app/bin
COPY traces /app/traces
COPY schemas /app/schemas
COPY systems /app/systems
COPY examples/studies /app/examples/studies
# Runs are written where the command runs: mount a folder there that this user may write (docker run --user "$(id -u)").
WORKDIR /data
RUN chown node:node /data
USER node
ENTRYPOINT ["node", "/app/bin/replay.js"]
CMD ["--help"]
