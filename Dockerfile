# One image for all roles: docker run cj-runner <role>
FROM python:3.11-slim-bookworm AS build
WORKDIR /build
RUN python -m venv /opt/venv
COPY deploy/requirements.lock ./
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.11-slim-bookworm
RUN groupadd --system --gid 10001 runner && useradd --system --uid 10001 --gid runner --home-dir /srv runner \
    && mkdir -p /var/lib/cj-runner && chown runner:runner /var/lib/cj-runner
COPY --from=build /opt/venv /opt/venv
WORKDIR /srv
COPY app ./app
COPY clients/python ./clients/python
COPY migrations ./migrations
COPY prompts ./prompts
COPY data ./data
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/srv:/srv/clients/python PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    RUNNER_FILES_DIR=/var/lib/cj-runner RUNNER_PACKAGES_ROOT=/srv/data OPENBLAS_NUM_THREADS=1
USER runner
VOLUME /var/lib/cj-runner
ENTRYPOINT ["python", "-m", "app"]
CMD ["api"]
