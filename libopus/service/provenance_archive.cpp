// Provenance as a whole, from one service to another: Service::export_provenance and
// import_provenance.
#include "libopus/provenance/archive.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "libopus/service/service_impl.hpp"

namespace opus { inline namespace uws0 {
namespace {

using provenance::ArchiveRecord;

constexpr std::size_t k_page = 500;    // records read at once
constexpr std::size_t k_commit = 500;  // records of one transaction

using Sink = std::function<Result<void>(std::string_view line)>;
using Source = std::function<Result<bool>(std::string& line)>;

/// Descriptions before their jobs, jobs before what they made, and what they used at the end: each
/// line refers only to what came before.
class Export {
 public:
  Export(store::ArchiveReader& reader, const Sink& sink) : reader_(reader), sink_(sink) {}

  Result<std::size_t> run() {
    OPUS_UWS_CHECK(put(provenance::ArchiveHead{}));
    const auto tell = [this](Job job) -> Result<void> {
      if (!job.description_hash.empty() && told_.insert(job.description_hash).second) {
        OPUS_UWS_TRY(store::SavedDescription saved, reader_.description(job.description_hash));
        OPUS_UWS_CHECK(put(std::move(saved)));
      }
      const JobId id = job.id;
      const bool has_record = job.has_record;
      OPUS_UWS_CHECK(put(std::move(job)));
      if (!has_record) return {};
      OPUS_UWS_TRY(std::string record, reader_.record_of(id));
      return put(provenance::ArchivedTelling{id, std::move(record)});
    };
    OPUS_UWS_CHECK(each_job(tell));
    for (std::int64_t key = 0;;) {
      OPUS_UWS_TRY(auto entities, reader_.entities_after(key, k_page));
      if (entities.empty()) break;
      for (store::ArchivedEntity& entity : entities) OPUS_UWS_CHECK(put(std::move(entity)));
    }
    const auto tell_inputs = [this](Job job) -> Result<void> {
      if (job.inputs.empty()) return {};
      return put(provenance::ArchivedInputs{job.id, std::move(job.inputs)});
    };
    OPUS_UWS_CHECK(each_job(tell_inputs));
    return lines_;
  }

 private:
  template <class Use> Result<void> each_job(Use use) {
    for (std::int64_t key = 0;;) {
      OPUS_UWS_TRY(const std::vector<JobId> ids, reader_.ended_jobs_after(key, k_page));
      if (ids.empty()) return {};
      for (const JobId& id : ids) {
        OPUS_UWS_TRY(Job job, reader_.job(id));
        OPUS_UWS_CHECK(use(std::move(job)));
      }
    }
  }

  Result<void> put(ArchiveRecord record) {
    ++lines_;
    return sink_(provenance::to_archive_line(record));
  }

  store::ArchiveReader& reader_;
  const Sink& sink_;
  std::set<std::string> told_{};  // hashes of descriptions
  std::size_t lines_ = 0;
};

/// Writes one record, and counts it.
struct Importer {
  store::Writer& writer;
  TimePoint now;
  ProvenanceImport& count;

  Result<void> note(Result<bool> is_new, std::size_t* counter) {
    if (!is_new) return std::move(is_new).error();
    if (!*is_new)
      ++count.known;
    else if (counter != nullptr)
      ++*counter;
    return {};
  }
  Result<void> operator()(const provenance::ArchiveHead&) { return {}; }
  Result<void> operator()(const store::SavedDescription& description) {
    return note(writer.import_description(description), &count.descriptions);
  }
  Result<void> operator()(const Job& job) { return note(writer.import_job(job, now), &count.jobs); }
  /// It was checked where the job ran. One that was made up since is told of as a bad one.
  Result<void> operator()(const provenance::ArchivedTelling& told) {
    return note(writer.import_record(told.job, told.json), nullptr);
  }
  Result<void> operator()(const store::ArchivedEntity& entity) {
    return note(writer.import_entity(entity), &count.entities);
  }
  Result<void> operator()(const provenance::ArchivedInputs& used) {
    return note(writer.import_inputs(used.job, used.inputs), nullptr);
  }
};

Error at_line(std::size_t number, const Error& error) {
  // That a record does not fit to the others is a fault of the text, too.
  const bool of_text =
      error.code == Errc::not_found || error.code == Errc::conflict || error.code == Errc::internal;
  return {of_text ? Errc::invalid_argument : error.code,
          "line " + std::to_string(number) + ": " + error.message};
}

class Import {
 public:
  Import(store::Store& store, TimePoint now, const Source& next)
      : store_(store), now_(now), next_(next) {}

  Result<ProvenanceImport> run() {
    for (;;) {
      std::vector<ArchiveRecord> records;
      const std::size_t first = line_ + 1;
      Result<bool> more = read(records);
      OPUS_UWS_CHECK(write(records, first));  // what came before a fault is kept
      if (!more) return std::move(more).error();
      if (!*more) return count_;
    }
  }

 private:
  Result<bool> read(std::vector<ArchiveRecord>& records) {
    std::string line;
    while (records.size() < k_commit) {
      line.clear();
      OPUS_UWS_TRY(const bool is_there, next_(line));
      if (!is_there) {
        if (line_ > 0) return false;
        return Error{Errc::invalid_argument, "expected provenance as it was exported, got nothing"};
      }
      ++line_;
      auto record = provenance::parse_archive_line(line);
      if (!record) return at_line(line_, record.error());
      if (std::holds_alternative<provenance::ArchiveHead>(*record) != (line_ == 1))
        return at_line(line_, {Errc::invalid_argument,
                               line_ == 1 ? "kind: expected head in the first line"
                                          : "kind: expected head in the first line only"});
      records.push_back(*std::move(record));
    }
    return true;
  }

  Result<void> write(const std::vector<ArchiveRecord>& records, std::size_t first) {
    std::optional<std::size_t> faulty;
    const Result<void> written = try_write(records, first, faulty);
    if (written || !faulty) return written;
    // What the faulty one had begun was undone with all the others of its transaction.
    const std::vector<ArchiveRecord> good{records.begin(),
                                          records.begin() + static_cast<std::ptrdiff_t>(*faulty)};
    faulty.reset();
    OPUS_UWS_CHECK(try_write(good, first, faulty));
    return written;
  }

  /// All or nothing. `faulty`: which one is to blame for it.
  Result<void> try_write(const std::vector<ArchiveRecord>& records, std::size_t first,
                         std::optional<std::size_t>& faulty) {
    if (records.empty()) return {};
    ProvenanceImport count = count_;
    const Result<void> written = store_.write([&](store::Writer& writer) -> Result<void> {
      for (std::size_t i = 0; i < records.size(); ++i) {
        const Result<void> done = std::visit(Importer{writer, now_, count}, records[i]);
        if (done) continue;
        faulty = i;
        return done;
      }
      return {};
    });
    if (written) count_ = count;
    if (written || !faulty) return written;
    return at_line(first + *faulty, written.error());
  }

  store::Store& store_;
  TimePoint now_;
  const Source& next_;
  ProvenanceImport count_{};
  std::size_t line_ = 0;  // of the last one read
};

}  // namespace

Result<std::size_t> Service::export_provenance(const Sink& sink) const {
  OPUS_UWS_TRY(const std::unique_ptr<store::ArchiveReader> reader, impl_->store().archive());
  return Export{*reader, sink}.run();
}

Result<ProvenanceImport> Service::import_provenance(const Source& next) {
  return Import{impl_->store(), impl_->config().clock->now(), next}.run();
}

}}  // namespace opus::uws0
