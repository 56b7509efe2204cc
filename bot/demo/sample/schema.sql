-- The tables of game-stats-api as the bot meets them: names and columns are that project's facts,
-- the text is our own. Foreign keys and their indexes are in keys.sql, made once the rows are in.
--
-- Nearly every table has deleted_at: a row with a time there is gone for people, yet still stored.
-- No table names its event directly; division_pools and game_rounds do, the rest reach it through
-- them.

-- Places and sports, shared by all events.

CREATE TABLE worlds (
    id          uuid PRIMARY KEY,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    deleted_at  timestamptz,
    name        varchar NOT NULL,
    slug        varchar NOT NULL UNIQUE,
    description text
);

CREATE TABLE continents (
    id          uuid PRIMARY KEY,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    deleted_at  timestamptz,
    name        varchar NOT NULL,
    slug        varchar NOT NULL UNIQUE,
    description text,
    world_id    uuid NOT NULL
);

CREATE TABLE countries (
    id           uuid PRIMARY KEY,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    deleted_at   timestamptz,
    name         varchar NOT NULL,
    slug         varchar NOT NULL UNIQUE,
    code         varchar NOT NULL UNIQUE,
    description  text,
    continent_id uuid NOT NULL
);

CREATE TABLE disciplines (
    id                  uuid PRIMARY KEY,
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now(),
    deleted_at          timestamptz,
    name                varchar NOT NULL,
    slug                varchar NOT NULL UNIQUE,
    description         text,
    rules_pdf_url       varchar,
    country_disciplines uuid NOT NULL
);

CREATE TABLE locations (
    id                uuid PRIMARY KEY,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    deleted_at        timestamptz,
    name              varchar NOT NULL,
    slug              varchar NOT NULL UNIQUE,
    address           varchar,
    city              varchar,
    latitude          double precision CHECK (latitude BETWEEN -90 AND 90),
    longitude         double precision CHECK (longitude BETWEEN -180 AND 180),
    description       text,
    country_locations uuid NOT NULL
);

CREATE TABLE fields (
    id              uuid PRIMARY KEY,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    deleted_at      timestamptz,
    name            varchar NOT NULL,
    capacity        bigint CHECK (capacity >= 0),
    surface_type    varchar,
    metadata        jsonb,
    location_fields uuid NOT NULL
);

-- People with an account. Nothing here may ever reach an answer.

CREATE TABLE users (
    id                   uuid PRIMARY KEY,
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now(),
    deleted_at           timestamptz,
    email                varchar NOT NULL UNIQUE,
    password_hash        varchar NOT NULL,
    name                 varchar NOT NULL,
    avatar_url           varchar,
    role                 varchar NOT NULL CHECK (role IN
        ('admin', 'event_manager', 'team_manager', 'scorekeeper', 'spectator')),
    is_active            boolean NOT NULL DEFAULT true,
    last_login_at        timestamptz,
    country_managed_by   uuid,
    continent_managed_by uuid,
    discipline_managed_by uuid,
    event_managed_by     uuid,
    team_managed_by      uuid
);

-- A tournament and how it is divided.

CREATE TABLE events (
    id                uuid PRIMARY KEY,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    deleted_at        timestamptz,
    name              varchar NOT NULL,
    slug              varchar NOT NULL UNIQUE,
    year              bigint NOT NULL,
    start_date        timestamptz NOT NULL,
    end_date          timestamptz NOT NULL,
    status            varchar NOT NULL DEFAULT 'draft' CHECK (status IN
        ('draft', 'published', 'in_progress', 'completed', 'canceled')),
    description       text,
    settings          jsonb,
    categories        jsonb,
    logo_url          varchar,
    banner_url        varchar,
    teams_count       bigint NOT NULL DEFAULT 0,
    games_count       bigint NOT NULL DEFAULT 0,
    discipline_events uuid NOT NULL,
    location_events   uuid NOT NULL,
    CHECK (end_date >= start_date)
);

CREATE TABLE division_pools (
    id                   uuid PRIMARY KEY,
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now(),
    deleted_at           timestamptz,
    name                 varchar NOT NULL,
    division_type        varchar NOT NULL,
    max_teams            bigint CHECK (max_teams > 0),
    ranking_criteria     jsonb,
    description          text,
    event_division_pools uuid NOT NULL
);

CREATE TABLE game_rounds (
    id                uuid PRIMARY KEY,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    deleted_at        timestamptz,
    name              varchar NOT NULL,
    round_type        varchar NOT NULL CHECK (round_type IN
        ('pool', 'bracket', 'semifinal', 'final')),
    round_number      bigint,
    start_date        timestamptz,
    end_date          timestamptz,
    event_game_rounds uuid NOT NULL
);

CREATE TABLE teams (
    id                  uuid PRIMARY KEY,
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now(),
    deleted_at          timestamptz,
    name                varchar NOT NULL UNIQUE,
    initial_seed        bigint CHECK (initial_seed > 0),
    final_placement     bigint CHECK (final_placement > 0),
    logo_url            varchar,
    metadata            jsonb,
    division_pool_teams uuid NOT NULL,
    location_teams      uuid
);

CREATE TABLE players (
    id                uuid PRIMARY KEY,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    deleted_at        timestamptz,
    name              varchar NOT NULL,
    email             varchar,
    gender            varchar NOT NULL,
    date_of_birth     timestamptz,
    jersey_number     bigint CHECK (jersey_number BETWEEN 0 AND 99),
    profile_image_url varchar,
    is_captain        boolean NOT NULL DEFAULT false,
    is_spirit_captain boolean NOT NULL DEFAULT false,
    metadata          jsonb,
    team_players      uuid NOT NULL
);

-- What is played.

CREATE TABLE games (
    id                     uuid PRIMARY KEY,
    created_at             timestamptz NOT NULL DEFAULT now(),
    updated_at             timestamptz NOT NULL DEFAULT now(),
    deleted_at             timestamptz,
    name                   varchar NOT NULL UNIQUE,
    scheduled_time         timestamptz NOT NULL,
    actual_start_time      timestamptz,
    actual_end_time        timestamptz,
    allocated_time_minutes bigint NOT NULL CHECK (allocated_time_minutes > 0),
    stoppage_time_seconds  bigint NOT NULL DEFAULT 0 CHECK (stoppage_time_seconds >= 0),
    -- 'completed' comes from an old loader; both spellings of canceled are in use.
    status                 varchar NOT NULL DEFAULT 'scheduled' CHECK (status IN
        ('scheduled', 'in_progress', 'finished', 'ended', 'completed', 'canceled', 'cancelled')),
    home_team_score        bigint NOT NULL DEFAULT 0 CHECK (home_team_score >= 0),
    away_team_score        bigint NOT NULL DEFAULT 0 CHECK (away_team_score >= 0),
    first_pull_by          varchar,
    version                bigint NOT NULL DEFAULT 1,
    metadata               jsonb,
    division_pool_games    uuid NOT NULL,
    field_games            uuid NOT NULL,
    game_round_games       uuid,
    team_home_games        uuid NOT NULL,
    team_away_games        uuid NOT NULL,
    user_officiated_games  uuid,
    CHECK (team_home_games <> team_away_games),
    CHECK (actual_end_time >= actual_start_time)
);

CREATE TABLE scorings (
    id            uuid PRIMARY KEY,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    deleted_at    timestamptz,
    goals         bigint NOT NULL DEFAULT 0 CHECK (goals >= 0),
    assists       bigint NOT NULL DEFAULT 0 CHECK (assists >= 0),
    blocks        bigint NOT NULL DEFAULT 0 CHECK (blocks >= 0),
    turns         bigint NOT NULL DEFAULT 0 CHECK (turns >= 0),
    version       bigint NOT NULL DEFAULT 1,
    game_scores   uuid NOT NULL,
    player_scores uuid NOT NULL
);

CREATE TABLE game_events (
    id                 uuid PRIMARY KEY,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    deleted_at         timestamptz,
    event_type         varchar NOT NULL,
    minute             bigint NOT NULL CHECK (minute >= 0),
    second             bigint NOT NULL CHECK (second BETWEEN 0 AND 59),
    description        text,
    metadata           jsonb,
    game_game_events   uuid NOT NULL,
    -- Null for some goals: then only the metadata names the player.
    player_game_events uuid
);

-- What teams think of each other. The total of the five categories is not stored.

CREATE TABLE spirit_scores (
    id                           uuid PRIMARY KEY,
    created_at                   timestamptz NOT NULL DEFAULT now(),
    updated_at                   timestamptz NOT NULL DEFAULT now(),
    deleted_at                   timestamptz,
    rules_knowledge              bigint NOT NULL CHECK (rules_knowledge BETWEEN 0 AND 4),
    fouls_body_contact           bigint NOT NULL CHECK (fouls_body_contact BETWEEN 0 AND 4),
    fair_mindedness              bigint NOT NULL CHECK (fair_mindedness BETWEEN 0 AND 4),
    attitude                     bigint NOT NULL CHECK (attitude BETWEEN 0 AND 4),
    communication                bigint NOT NULL CHECK (communication BETWEEN 0 AND 4),
    comments                     text,
    game_spirit_scores           uuid NOT NULL,
    team_spirit_scores_given     uuid NOT NULL,
    team_spirit_scores_received  uuid NOT NULL,
    user_submitted_spirit_scores uuid NOT NULL,
    CHECK (team_spirit_scores_given <> team_spirit_scores_received)
);

CREATE TABLE mvp_nominations (
    id                           uuid PRIMARY KEY,
    category                     varchar NOT NULL,
    player_mvp_nominations       uuid NOT NULL,
    spirit_score_mvp_nominations uuid NOT NULL
);

CREATE TABLE spirit_nominations (
    id                              uuid PRIMARY KEY,
    category                        varchar NOT NULL,
    player_spirit_nominations       uuid NOT NULL,
    spirit_score_spirit_nominations uuid NOT NULL
);

-- Internal: no answer may read these.

CREATE TABLE event_reconciliations (
    id                    uuid PRIMARY KEY,
    created_at            timestamptz NOT NULL DEFAULT now(),
    updated_at            timestamptz NOT NULL DEFAULT now(),
    deleted_at            timestamptz,
    reconciled_at         timestamptz NOT NULL,
    reconciled_by         varchar NOT NULL,
    status                varchar NOT NULL,
    comments              text,
    event_reconciliations uuid NOT NULL
);

CREATE TABLE audit_logs (
    id          uuid PRIMARY KEY,
    created_at  timestamptz NOT NULL DEFAULT now(),
    action      varchar NOT NULL,
    entity_type varchar NOT NULL,
    entity_id   uuid NOT NULL,
    user_id     uuid,
    changes     jsonb,
    ip_address  varchar
);

CREATE TABLE analytic_searches (
    id         uuid PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    question   text NOT NULL,
    user_id    uuid
);

CREATE TABLE analytics_embeddings (
    id         uuid PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    content    text NOT NULL,
    embedding  jsonb NOT NULL
);
