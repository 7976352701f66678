#!/usr/bin/env bash
# Run once by the PostgreSQL image when its volume is empty: an owner who may migrate, a login that may only work, one that may only open
# the vault, and one that may only find the silos.
set -euo pipefail
psql -X -q -v ON_ERROR_STOP=1 -v owner="$PAYMENTCLUSTER_OWNER_PASSWORD" -v app="$PAYMENTCLUSTER_APP_PASSWORD" \
    -v vault="$PAYMENTCLUSTER_VAULT_PASSWORD" -v gateway="$PAYMENTCLUSTER_GATEWAY_PASSWORD" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE paymentcluster_app NOLOGIN;
CREATE ROLE paymentcluster_vault NOLOGIN;
CREATE ROLE paymentcluster_gateway NOLOGIN;
CREATE ROLE paymentcluster_owner LOGIN PASSWORD :'owner';
CREATE ROLE paymentcluster LOGIN PASSWORD :'app' IN ROLE paymentcluster_app;
CREATE ROLE paymentcluster_keeper LOGIN PASSWORD :'vault' IN ROLE paymentcluster_vault;
CREATE ROLE paymentcluster_door LOGIN PASSWORD :'gateway' IN ROLE paymentcluster_gateway;
CREATE DATABASE paymentcluster OWNER paymentcluster_owner;
REVOKE ALL ON DATABASE paymentcluster FROM PUBLIC;
GRANT CONNECT ON DATABASE paymentcluster TO paymentcluster_app, paymentcluster_vault, paymentcluster_gateway;
SQL
