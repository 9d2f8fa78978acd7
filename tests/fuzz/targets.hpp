// The parsers that read what others have written: each a function that must take any bytes.
#pragma once

#include <array>
#include <string_view>

namespace opus_fuzz {

struct Target {
  std::string_view name;           ///< also of its folder in corpus/
  void (*read)(std::string_view);  ///< aborts if what was read breaks a promise
};

void read_squeue(std::string_view text);
void read_sacct(std::string_view text);
void read_sbatch(std::string_view text);
void read_qstat_json(std::string_view text);
void read_qstat_text(std::string_view text);
void read_qsub(std::string_view text);
void read_exit_record(std::string_view text);
void read_json(std::string_view text);
void read_xml(std::string_view text);
void read_description(std::string_view text);
void read_date(std::string_view text);
void read_percent(std::string_view text);
void read_prov_json(std::string_view text);
void read_archive_line(std::string_view text);
void read_content_disposition(std::string_view text);
void read_glob(std::string_view text);

inline constexpr std::array k_targets{
    Target{"squeue", read_squeue},
    Target{"sacct", read_sacct},
    Target{"sbatch", read_sbatch},
    Target{"qstat-json", read_qstat_json},
    Target{"qstat-text", read_qstat_text},
    Target{"qsub", read_qsub},
    Target{"exit-record", read_exit_record},
    Target{"json", read_json},
    Target{"xml", read_xml},
    Target{"description", read_description},
    Target{"date", read_date},
    Target{"percent", read_percent},
    Target{"prov-json", read_prov_json},
    Target{"archive-line", read_archive_line},
    Target{"content-disposition", read_content_disposition},
    Target{"glob", read_glob},
};

}  // namespace opus_fuzz
