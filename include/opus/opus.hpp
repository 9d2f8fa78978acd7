#pragma once
// Everything of OPUS, the job service (not the audio codec).

#include <opus/access.hpp>
#include <opus/accounts.hpp>
#include <opus/backup.hpp>
#include <opus/description.hpp>
#include <opus/description_history.hpp>
#include <opus/entity.hpp>
#include <opus/error.hpp>
#include <opus/executor.hpp>
#include <opus/executors.hpp>
#include <opus/history.hpp>
#include <opus/id.hpp>
#include <opus/job.hpp>
#include <opus/log.hpp>
#include <opus/phase.hpp>
#include <opus/provenance.hpp>
#include <opus/provenance_formats.hpp>
#include <opus/provenance_queries.hpp>
#include <opus/reproduction.hpp>
#include <opus/run_crate.hpp>
#include <opus/service.hpp>
#include <opus/statistics.hpp>
#include <opus/time.hpp>
#include <opus/uws.hpp>
#include <opus/version.hpp>
