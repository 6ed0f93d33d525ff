# One image for all roles: docker run cj-runner:0.1.0 <role>. docs/deployment.md says how to run it.
FROM python:3.11-slim-bookworm AS build
WORKDIR /build
COPY deploy/requirements.lock ./
RUN python -m venv --without-pip /opt/venv \
    && python -m pip --python /opt/venv/bin/python install --no-cache-dir --disable-pip-version-check --require-hashes --requirement requirements.lock \
    && /opt/venv/bin/python -m compileall -q /opt/venv
RUN printf '#!/bin/sh\nexec python -m app.cli.main "$@"\n' > /opt/venv/bin/cj-runner \
    && chmod 755 /opt/venv/bin/cj-runner

FROM python:3.11-slim-bookworm
ARG GIT_SHA=""
LABEL org.opencontainers.image.title="cj-runner" org.opencontainers.image.licenses="MIT" \
    org.opencontainers.image.revision="${GIT_SHA}"
RUN groupadd --system --gid 10001 runner \
    && useradd --system --uid 10001 --gid runner --home-dir /srv runner \
    && mkdir -p /var/lib/cj-runner \
    && chown runner:runner /var/lib/cj-runner \
    && rm -rf /usr/local/lib/python3.11/ensurepip /usr/local/lib/python3.11/site-packages/pip* \
        /usr/local/lib/python3.11/site-packages/setuptools* /usr/local/bin/pip*
COPY --from=build /opt/venv /opt/venv
WORKDIR /srv
COPY app ./app
COPY clients/python ./clients/python
COPY migrations ./migrations
COPY prompts ./prompts
COPY data ./data
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/srv:/srv/clients/python PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    RUNNER_FILES_DIR=/var/lib/cj-runner RUNNER_PACKAGES_ROOT=/srv/data RUNNER_GIT_SHA=${GIT_SHA} OPENBLAS_NUM_THREADS=1
USER 10001:10001
VOLUME /var/lib/cj-runner
STOPSIGNAL SIGTERM
# Asks the role that runs as process 1 whether it lives.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-m", "app", "probe"]
ENTRYPOINT ["python", "-m", "app"]
CMD ["api"]
