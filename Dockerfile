# The first stage compiles the service; the image contains the result and its runtime dependencies only.
# Both omit the optional packages: they are the embedded PostgreSQL, which a container does not need.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=optional --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY src src
COPY migrations migrations
RUN npm run build && npm prune --omit=dev --omit=optional --no-audit --no-fund

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
# The folder of the attachments if they are not in an S3-compatible store.
ENV ATTACHMENTS_DIR=/attachments
RUN mkdir /attachments && chown node:node /attachments
USER node
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 8000) + '/health/ready').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# node is process 1, so that it receives SIGTERM and can finish running requests. The heap is limited, because otherwise it
# grows with the memory of the machine, although only some 40 MB of it are live.
CMD ["node", "--max-old-space-size=256", "dist/src/main.js"]
