-- What Orleans' ADO.NET providers (invariant Npgsql) find in a database: the statements they run, membership, and grain state.
--
-- The providers run the texts in OrleansQuery and know nothing else about the schema: they set the parameters and read the
-- columns that each text names. A text that answers yes or no returns one boolean; a write of state that found another
-- version than the one it was given returns no row, which the provider reports as InconsistentStateException.
-- All texts are single statements, so that a connection with `Max Auto Prepare` plans each of them once.

CREATE TABLE OrleansQuery
(
    QueryKey  varchar(64)   PRIMARY KEY,
    QueryText varchar(8000) NOT NULL
);

-- ---------------------------------------------------------------------------------------------------------------------
-- Membership: which silos form the cluster. Its version makes every change of it a compare-and-set.

CREATE TABLE OrleansMembershipVersionTable
(
    DeploymentId varchar(150)   PRIMARY KEY,
    Timestamp    timestamptz(3) NOT NULL DEFAULT now(),
    Version      integer        NOT NULL DEFAULT 0
);

CREATE TABLE OrleansMembershipTable
(
    DeploymentId varchar(150)   NOT NULL REFERENCES OrleansMembershipVersionTable ON DELETE CASCADE,
    Address      varchar(45)    NOT NULL,
    Port         integer        NOT NULL,
    Generation   integer        NOT NULL,
    SiloName     varchar(150)   NOT NULL,
    HostName     varchar(150)   NOT NULL,
    Status       integer        NOT NULL,
    ProxyPort    integer,
    SuspectTimes varchar(8000),
    StartTime    timestamptz(3) NOT NULL,
    IAmAliveTime timestamptz(3) NOT NULL,

    PRIMARY KEY (DeploymentId, Address, Port, Generation)
);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('InsertMembershipVersionKey', $query$
WITH made AS
(
    INSERT INTO OrleansMembershipVersionTable (DeploymentId) VALUES (@DeploymentId)
    ON CONFLICT DO NOTHING
    RETURNING DeploymentId
)
SELECT EXISTS (SELECT FROM made)
$query$),

-- The lock on the version's row makes a second writer look at the version again, and find that it has moved.
('InsertMembershipKey', $query$
WITH expected AS
(
    SELECT DeploymentId FROM OrleansMembershipVersionTable
    WHERE DeploymentId = @DeploymentId AND Version = @Version
    FOR UPDATE
),
joined AS
(
    INSERT INTO OrleansMembershipTable
        (DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, StartTime, IAmAliveTime)
    SELECT DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
    FROM expected
    ON CONFLICT DO NOTHING
    RETURNING DeploymentId
),
counted AS
(
    UPDATE OrleansMembershipVersionTable AS version
    SET Version = version.Version + 1, Timestamp = now()
    FROM joined
    WHERE version.DeploymentId = joined.DeploymentId
    RETURNING version.DeploymentId
)
SELECT EXISTS (SELECT FROM counted)
$query$),

('UpdateMembershipKey', $query$
WITH expected AS
(
    SELECT DeploymentId FROM OrleansMembershipVersionTable
    WHERE DeploymentId = @DeploymentId AND Version = @Version
    FOR UPDATE
),
changed AS
(
    UPDATE OrleansMembershipTable AS silo
    SET Status = @Status, SuspectTimes = @SuspectTimes, IAmAliveTime = @IAmAliveTime
    FROM expected
    WHERE silo.DeploymentId = expected.DeploymentId
      AND silo.Address = @Address AND silo.Port = @Port AND silo.Generation = @Generation
    RETURNING silo.DeploymentId
),
counted AS
(
    UPDATE OrleansMembershipVersionTable AS version
    SET Version = version.Version + 1, Timestamp = now()
    FROM changed
    WHERE version.DeploymentId = changed.DeploymentId
    RETURNING version.DeploymentId
)
SELECT EXISTS (SELECT FROM counted)
$query$),

-- A heartbeat alone does not move the version. (The key is spelt as the provider spells it.)
('UpdateIAmAlivetimeKey', $query$
UPDATE OrleansMembershipTable
SET IAmAliveTime = @IAmAliveTime
WHERE DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation
$query$),

-- The version is read even where no silo is: then the silo's columns are null.
('MembershipReadAllKey', $query$
SELECT version.DeploymentId, silo.Address, silo.Port, silo.Generation, silo.SiloName, silo.HostName, silo.Status,
       silo.ProxyPort, silo.SuspectTimes, silo.StartTime, silo.IAmAliveTime, version.Version
FROM OrleansMembershipVersionTable AS version
LEFT JOIN OrleansMembershipTable AS silo ON silo.DeploymentId = version.DeploymentId
WHERE version.DeploymentId = @DeploymentId
$query$),

('MembershipReadRowKey', $query$
SELECT version.DeploymentId, silo.Address, silo.Port, silo.Generation, silo.SiloName, silo.HostName, silo.Status,
       silo.ProxyPort, silo.SuspectTimes, silo.StartTime, silo.IAmAliveTime, version.Version
FROM OrleansMembershipVersionTable AS version
LEFT JOIN OrleansMembershipTable AS silo ON silo.DeploymentId = version.DeploymentId
     AND silo.Address = @Address AND silo.Port = @Port AND silo.Generation = @Generation
WHERE version.DeploymentId = @DeploymentId
$query$),

('GatewaysQueryKey', $query$
SELECT Address, ProxyPort, Generation
FROM OrleansMembershipTable
WHERE DeploymentId = @DeploymentId AND Status = @Status AND ProxyPort > 0
$query$),

('DeleteMembershipTableEntriesKey', $query$
DELETE FROM OrleansMembershipVersionTable WHERE DeploymentId = @DeploymentId
$query$),

-- 3 is an active silo: however old its heartbeat, it is the others' vote that ends it.
('CleanupDefunctSiloEntriesKey', $query$
DELETE FROM OrleansMembershipTable
WHERE DeploymentId = @DeploymentId AND IAmAliveTime < @IAmAliveTime AND Status <> 3
$query$);

-- ---------------------------------------------------------------------------------------------------------------------
-- Grain state. GrainTypeString is the state's name; a key that is neither a GUID nor a number is GrainIdExtensionString,
-- with zeros in GrainIdN0 and GrainIdN1. Version is the ETag: it starts at 1 and grows by one with each write.
-- The space left in each page keeps an update off the index.

CREATE TABLE OrleansStorage
(
    GrainIdHash            integer      NOT NULL,
    GrainIdN0              bigint       NOT NULL,
    GrainIdN1              bigint       NOT NULL,
    GrainTypeHash          integer      NOT NULL,
    GrainTypeString        varchar(512) NOT NULL,
    GrainIdExtensionString varchar(512),
    ServiceId              varchar(150) NOT NULL,
    PayloadBinary          bytea,
    ModifiedOn             timestamptz  NOT NULL DEFAULT now(),
    Version                integer      NOT NULL
)
WITH (fillfactor = 70);

-- Two activations that both find nothing and both write must not both succeed.
CREATE UNIQUE INDEX OrleansStorage_key ON OrleansStorage
    (GrainIdHash, GrainTypeHash, GrainIdN0, GrainIdN1, GrainTypeString, GrainIdExtensionString, ServiceId)
    NULLS NOT DISTINCT;

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('ReadFromStorageKey', $query$
SELECT PayloadBinary, Version
FROM OrleansStorage
WHERE GrainIdHash = @GrainIdHash AND GrainTypeHash = @GrainTypeHash
  AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
  AND GrainTypeString = @GrainTypeString AND GrainIdExtensionString IS NOT DISTINCT FROM @GrainIdExtensionString
  AND ServiceId = @ServiceId
$query$),

-- Without a version it is the first write, with one it is a later write of that version. Either may find that somebody
-- else was faster; then nothing is returned.
('WriteToStorageKey', $query$
WITH changed AS
(
    UPDATE OrleansStorage
    SET PayloadBinary = @PayloadBinary, ModifiedOn = now(), Version = Version + 1
    WHERE GrainIdHash = @GrainIdHash AND GrainTypeHash = @GrainTypeHash
      AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
      AND GrainTypeString = @GrainTypeString AND GrainIdExtensionString IS NOT DISTINCT FROM @GrainIdExtensionString
      AND ServiceId = @ServiceId AND Version = @GrainStateVersion
    RETURNING Version
),
made AS
(
    INSERT INTO OrleansStorage
        (GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString, GrainIdExtensionString, ServiceId,
         PayloadBinary, Version)
    SELECT @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString, @GrainIdExtensionString, @ServiceId,
           @PayloadBinary, 1
    WHERE @GrainStateVersion IS NULL
    ON CONFLICT DO NOTHING
    RETURNING Version
)
SELECT Version AS NewGrainStateVersion FROM changed
UNION ALL
SELECT Version FROM made
$query$),

('ClearStorageKey', $query$
UPDATE OrleansStorage
SET PayloadBinary = NULL, ModifiedOn = now(), Version = Version + 1
WHERE GrainIdHash = @GrainIdHash AND GrainTypeHash = @GrainTypeHash
  AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
  AND GrainTypeString = @GrainTypeString AND GrainIdExtensionString IS NOT DISTINCT FROM @GrainIdExtensionString
  AND ServiceId = @ServiceId AND Version = @GrainStateVersion
RETURNING Version AS NewGrainStateVersion
$query$),

('DeleteStorageKey', $query$
DELETE FROM OrleansStorage
WHERE GrainIdHash = @GrainIdHash AND GrainTypeHash = @GrainTypeHash
  AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
  AND GrainTypeString = @GrainTypeString AND GrainIdExtensionString IS NOT DISTINCT FROM @GrainIdExtensionString
  AND ServiceId = @ServiceId AND Version = @GrainStateVersion
RETURNING Version + 1 AS NewGrainStateVersion
$query$);
