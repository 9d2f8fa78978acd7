// The parts of the OpenAPI document that no route changes. The schemas are those of the documents
// in <opus/uws.hpp> and error_map.hpp; tests/clients/openapi.py holds them against real answers.
#include "server/rest/openapi.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

// clang-format off
constexpr std::string_view k_components = R"json({
"schemas":{
"Any":{"type":"object"},
"OpenApi":{"type":"object","required":["openapi","info","paths"]},
"Time":{"type":"string","pattern":"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$","examples":["2026-03-08T12:00:00.000Z"]},
"TimeOrNull":{"anyOf":[{"$ref":"#/components/schemas/Time"},{"type":"null"}]},
"TextOrNull":{"type":["string","null"]},
"CountOrNull":{"type":["integer","null"],"minimum":0},
"Phase":{"enum":["PENDING","QUEUED","EXECUTING","COMPLETED","ERROR","ABORTED","UNKNOWN","HELD","SUSPENDED","ARCHIVED"]},
"Problem":{"description":"RFC 9457","type":"object","required":["type","title","status","detail","code","faults"],"properties":{
  "type":{"const":"about:blank"},"title":{"type":"string"},"status":{"type":"integer","minimum":400,"maximum":599},"detail":{"type":"string"},
  "code":{"enum":["invalid_argument","not_found","conflict","forbidden","too_large","limit_exceeded","unsupported","timed_out","unavailable","corrupt","internal"]},
  "faults":{"type":"array","items":{"type":"object","required":["field","expected","got"],"properties":{"field":{"type":"string"},"expected":{"type":"string"},"got":{"type":"string"}},"additionalProperties":false}}}},
"Index":{"type":"object","required":["name","version","jobLists","descriptions","examples","capabilities","availability","openapi"],"additionalProperties":{"type":"string"}},
"Availability":{"type":"object","required":["available","upSince","note"],"properties":{"available":{"type":"boolean"},"upSince":{"$ref":"#/components/schemas/Time"},"note":{"type":"string"}}},
"Capabilities":{"type":"object","required":["capabilities"],"properties":{"capabilities":{"type":"array","items":{"type":"object","required":["standardId","version","use","accessUrl","limits"],"properties":{
  "standardId":{"type":["string","null"]},"version":{"type":"string"},"use":{"type":"string"},"accessUrl":{"type":"string"},
  "limits":{"type":["object","null"],"required":["executionDuration","retentionPeriod"],"properties":{"executionDuration":{"$ref":"#/components/schemas/Limits"},"retentionPeriod":{"$ref":"#/components/schemas/Limits"}}}}}}}},
"Limits":{"description":"seconds; null = none","type":"object","required":["default","minimum","maximum"],"additionalProperties":{"$ref":"#/components/schemas/CountOrNull"}},
"Descriptions":{"type":"object","required":["descriptions"],"properties":{"descriptions":{"type":"array","items":{"type":"object","required":["name","version","annotation","href","jobs"]}}}},
"JobLists":{"type":"object","required":["jobLists"],"properties":{"jobLists":{"type":"array","items":{"type":"object","required":["name","annotation","href"],"properties":{"name":{"type":"string"},"annotation":{"type":"string"},"href":{"type":"string"}}}}}},
"JobSummary":{"type":"object","required":["jobId","href","description","phase","runId","ownerId","creationTime"],"properties":{
  "jobId":{"type":"string"},"href":{"type":"string"},"description":{"type":"string"},"phase":{"$ref":"#/components/schemas/Phase"},"runId":{"$ref":"#/components/schemas/TextOrNull"},"ownerId":{"$ref":"#/components/schemas/TextOrNull"},"creationTime":{"$ref":"#/components/schemas/Time"}}},
"JobList":{"type":"object","required":["jobs","next"],"properties":{
  "jobs":{"type":"array","items":{"anyOf":[{"$ref":"#/components/schemas/Job"},{"$ref":"#/components/schemas/JobSummary"}]}},
  "next":{"description":"URL of the next page","$ref":"#/components/schemas/TextOrNull"}}},
"Parameter":{"type":"object","required":["id","value","href","byDefault"],"properties":{
  "id":{"type":"string"},"value":{"description":"null: read it at href","$ref":"#/components/schemas/TextOrNull"},"href":{"$ref":"#/components/schemas/TextOrNull"},"byDefault":{"type":"boolean"}}},
"Input":{"type":"object","required":["id","entity","url","fileName","usedTime"],"properties":{
  "id":{"type":"string"},"entity":{"$ref":"#/components/schemas/TextOrNull"},"url":{"$ref":"#/components/schemas/TextOrNull"},"fileName":{"$ref":"#/components/schemas/TextOrNull"},"usedTime":{"$ref":"#/components/schemas/TimeOrNull"}}},
"Result":{"type":"object","required":["id","name","href","entity","fileName","mimeType","size","sha256","creationTime","invalidatedTime"],"properties":{
  "id":{"type":"string"},"name":{"$ref":"#/components/schemas/TextOrNull"},"href":{"$ref":"#/components/schemas/TextOrNull"},"entity":{"$ref":"#/components/schemas/TextOrNull"},"fileName":{"$ref":"#/components/schemas/TextOrNull"},"mimeType":{"$ref":"#/components/schemas/TextOrNull"},"size":{"type":"integer","minimum":0},"sha256":{"$ref":"#/components/schemas/TextOrNull"},"creationTime":{"$ref":"#/components/schemas/TimeOrNull"},"invalidatedTime":{"$ref":"#/components/schemas/TimeOrNull"}}},
"JobError":{"type":["object","null"],"required":["type","message","detail"],"properties":{"type":{"enum":["transient","fatal"]},"message":{"type":"string"},"detail":{"$ref":"#/components/schemas/TextOrNull"}}},
"Run":{"type":"object","required":["host","os","kernel","exitCode","signal","userTimeMs","systemTimeMs","maxRssBytes","isolation"],"properties":{
  "host":{"$ref":"#/components/schemas/TextOrNull"},"os":{"$ref":"#/components/schemas/TextOrNull"},"kernel":{"$ref":"#/components/schemas/TextOrNull"},"exitCode":{"type":["integer","null"]},"signal":{"type":["integer","null"]},"userTimeMs":{"$ref":"#/components/schemas/CountOrNull"},"systemTimeMs":{"$ref":"#/components/schemas/CountOrNull"},"maxRssBytes":{"$ref":"#/components/schemas/CountOrNull"},"isolation":{"$ref":"#/components/schemas/TextOrNull"}}},
"Job":{"description":"Every member is always there; what is not known is null","type":"object",
  "required":["jobId","href","description","descriptionVersion","descriptionHash","runId","ownerId","phase","quote","creationTime","queuedTime","queuePosition","startTime","endTime","executionDuration","destruction","parameters","inputs","results","error","progress","progressText","waitingFor","executor","nativeId","software","provenanceFault","reuseOf","run","version"],
  "properties":{
  "jobId":{"type":"string"},"href":{"type":"string"},"description":{"type":"string"},"descriptionVersion":{"$ref":"#/components/schemas/TextOrNull"},"descriptionHash":{"$ref":"#/components/schemas/TextOrNull"},"runId":{"$ref":"#/components/schemas/TextOrNull"},"ownerId":{"$ref":"#/components/schemas/TextOrNull"},"phase":{"$ref":"#/components/schemas/Phase"},
  "quote":{"$ref":"#/components/schemas/TimeOrNull"},"creationTime":{"$ref":"#/components/schemas/Time"},"queuedTime":{"$ref":"#/components/schemas/TimeOrNull"},"queuePosition":{"description":"1 = the next to start; null unless it waits in a queue","type":["integer","null"],"minimum":1},"startTime":{"$ref":"#/components/schemas/TimeOrNull"},"endTime":{"$ref":"#/components/schemas/TimeOrNull"},
  "executionDuration":{"description":"seconds; 0 = no limit","type":"integer","minimum":0},"destruction":{"$ref":"#/components/schemas/TimeOrNull"},
  "parameters":{"type":"array","items":{"$ref":"#/components/schemas/Parameter"}},"inputs":{"type":"array","items":{"$ref":"#/components/schemas/Input"}},"results":{"type":"array","items":{"$ref":"#/components/schemas/Result"}},
  "error":{"$ref":"#/components/schemas/JobError"},"progress":{"type":["number","null"],"minimum":0,"maximum":1},"progressText":{"$ref":"#/components/schemas/TextOrNull"},
  "waitingFor":{"description":"results of other jobs that it is HELD for","$ref":"#/components/schemas/TextOrNull"},"executor":{"$ref":"#/components/schemas/TextOrNull"},"nativeId":{"$ref":"#/components/schemas/TextOrNull"},"software":{"$ref":"#/components/schemas/TextOrNull"},
  "provenanceFault":{"description":"why internal_provenance.json of its code was not taken","$ref":"#/components/schemas/TextOrNull"},
  "reuseOf":{"description":"the job whose results it was given instead of being run","$ref":"#/components/schemas/TextOrNull"},
  "run":{"$ref":"#/components/schemas/Run"},"version":{"description":"number of changes","type":"integer","minimum":0}}},
)json"
R"json("JobPhase":{"type":"object","required":["phase"],"properties":{"phase":{"$ref":"#/components/schemas/Phase"}},"additionalProperties":false},
"JobExecutionDuration":{"type":"object","required":["executionDuration"],"properties":{"executionDuration":{"type":"integer","minimum":0}},"additionalProperties":false},
"JobDestruction":{"type":"object","required":["destruction"],"properties":{"destruction":{"$ref":"#/components/schemas/TimeOrNull"}},"additionalProperties":false},
"JobQuote":{"type":"object","required":["quote"],"properties":{"quote":{"$ref":"#/components/schemas/TimeOrNull"}},"additionalProperties":false},
"JobOwner":{"type":"object","required":["ownerId"],"properties":{"ownerId":{"$ref":"#/components/schemas/TextOrNull"}},"additionalProperties":false},
"JobErrorDocument":{"type":"object","required":["error"],"properties":{"error":{"$ref":"#/components/schemas/JobError"}},"additionalProperties":false},
"JobParameters":{"type":"object","required":["parameters"],"properties":{"parameters":{"type":"array","items":{"$ref":"#/components/schemas/Parameter"}}},"additionalProperties":false},
"JobResults":{"type":"object","required":["results"],"properties":{"results":{"type":"array","items":{"$ref":"#/components/schemas/Result"}}},"additionalProperties":false},
"Seconds":{"type":"integer","minimum":0,"maximum":2147483647},
"PhaseForm":{"type":"object","required":["PHASE"],"properties":{"PHASE":{"enum":["RUN","HOLD","ABORT"]},"REASON":{"description":"kept with the job and its provenance","type":"string","maxLength":500}}},
"ExecutionDurationForm":{"type":"object","required":["EXECUTIONDURATION"],"properties":{"EXECUTIONDURATION":{"$ref":"#/components/schemas/Seconds"}}},
"DestructionForm":{"type":"object","required":["DESTRUCTION"],"properties":{"DESTRUCTION":{"type":"string","format":"date-time"}}},
"JobForm":{"type":"object","properties":{
  "PHASE":{"description":"starts the job at once","enum":["RUN"]},
  "RUNID":{"description":"the client's own tag","type":"string","maxLength":64},
  "EXECUTIONDURATION":{"$ref":"#/components/schemas/Seconds"},
  "DESTRUCTION":{"type":"string","format":"date-time"},
  "REUSE":{"description":"false: run it, though an earlier job was asked the same","enum":["true","false"]},
  "UPLOAD":{"description":"NAME,URL or NAME,param:PART","type":"string"}},
  "additionalProperties":true},
"Sweep":{"type":"object","required":["runId","href","results","description","total","phases","parameters","jobs"],"properties":{
  "runId":{"type":"string"},"href":{"type":"string"},"results":{"description":"URL of all results as one tar file","type":"string"},"description":{"type":"string"},"total":{"type":"integer","minimum":1},
  "phases":{"type":"object","additionalProperties":{"type":"integer","minimum":0}},"parameters":{"type":"array","items":{"type":"string"}},
  "jobs":{"type":"array","items":{"type":"object","required":["jobId","href","phase","values"],"properties":{"jobId":{"type":"string"},"href":{"type":"string"},"phase":{"$ref":"#/components/schemas/Phase"},"values":{"type":"object","additionalProperties":{"type":"string"}}}}}}},
"SweepChangeForm":{"oneOf":[
  {"type":"object","required":["ACTION"],"properties":{"ACTION":{"enum":["DELETE"]}},"additionalProperties":false},
  {"type":"object","required":["PHASE"],"properties":{"PHASE":{"enum":["RUN","HOLD","ABORT"]}},"additionalProperties":false}]},
"JobChangeForm":{"oneOf":[
  {"type":"object","required":["ACTION"],"properties":{"ACTION":{"enum":["DELETE"]},"REASON":{"description":"kept with the job and its provenance","type":"string","maxLength":500}},"additionalProperties":false},
  {"type":"object","required":["ACTION"],"properties":{"ACTION":{"enum":["RERUN","VERIFY"]}},"additionalProperties":false},
  {"type":"object","required":["PHASE"],"properties":{"PHASE":{"enum":["RUN","HOLD","ABORT"]},"REASON":{"description":"kept with the job and its provenance","type":"string","maxLength":500}},"additionalProperties":false},
  {"type":"object","required":["EXECUTIONDURATION"],"properties":{"EXECUTIONDURATION":{"$ref":"#/components/schemas/Seconds"},"DESTRUCTION":{"type":"string","format":"date-time"}},"additionalProperties":false},
  {"type":"object","required":["DESTRUCTION"],"properties":{"DESTRUCTION":{"type":"string","format":"date-time"}},"additionalProperties":false}]},
"ProvsapForm":{"type":"object","required":["ID"],"properties":{"ID":{"type":"string","minLength":1},"RESPONSEFORMAT":{"enum":["PROV-JSON","PROV-N","PROV-XML","PROV-TTL","PROV-JSONLD","PROV-VOTABLE","PROV-SVG","PROV-DOT"]},"DEPTH":{"type":"integer","minimum":0}}},
"DecisionForm":{"type":"object","properties":{"REASON":{"type":"string"}}},
"ShareForm":{"type":"object","properties":{"WITH":{"type":"string","pattern":"^(any|account:[a-z]{1,8}|group:[a-z]{1,8}|[a-z]{1,8})$"},"EXPIRES":{"type":"string","format":"date-time"}}},
"ParametersForm":{"type":"object","properties":{"RUNID":{"type":"string","maxLength":64},"UPLOAD":{"type":"string"}},"additionalProperties":true}
},
"parameters":{
"PageFormat":{"name":"RESPONSEFORMAT","in":"query","schema":{"enum":["html","text","json"]}},
"XmlFormat":{"name":"RESPONSEFORMAT","in":"query","schema":{"enum":["xml","json"]}},
"TextFormat":{"name":"RESPONSEFORMAT","in":"query","schema":{"enum":["text","json"]}},
"SweepFormat":{"name":"RESPONSEFORMAT","in":"query","schema":{"enum":["json","xml"]}},
"ErrorFormat":{"name":"RESPONSEFORMAT","in":"query","schema":{"enum":["votable","text","json"]}},
"DescriptionFormat":{"name":"RESPONSEFORMAT","in":"query","schema":{"enum":["votable","xml","json","schema"]}},
"Wait":{"name":"WAIT","in":"query","description":"Answer when the phase has changed, at the latest after so many seconds; -1 = as many as the service allows","schema":{"type":"integer"}},
"Until":{"name":"UNTIL","in":"query","description":"WAIT for any change of the numbers, or until all jobs have ended","schema":{"enum":["CHANGE","FINAL"]}},
"Round":{"name":"ROUND","in":"query","description":"How often the client has been sent here before","schema":{"type":"integer","minimum":0,"maximum":8}},
"WaitPhase":{"name":"PHASE","in":"query","description":"Wait only while the job is in this phase","schema":{"$ref":"#/components/schemas/Phase"}},
"ListPhase":{"name":"PHASE","in":"query","description":"Jobs in any of these phases; ARCHIVED ones are shown only if named","schema":{"type":"array","items":{"$ref":"#/components/schemas/Phase"}},"style":"form","explode":true},
"After":{"name":"AFTER","in":"query","description":"Created after this time","schema":{"type":"string","format":"date-time"}},
"Last":{"name":"LAST","in":"query","description":"The newest so many of what the other filters let pass","schema":{"type":"integer","minimum":1}},
"RunId":{"name":"RUNID","in":"query","description":"Created with this run id","schema":{"type":"string","minLength":1}},
"Parameter":{"name":"PARAMETER","in":"query","description":"name=value: jobs that have this parameter with exactly this value; repeated, all of them","schema":{"type":"array","items":{"type":"string","pattern":"^[A-Za-z_][A-Za-z0-9_]*=.*$"}},"style":"form","explode":true},
"AuditLast":{"name":"LAST","in":"query","description":"At most so many entries, with a link to older ones","schema":{"type":"integer","minimum":1,"maximum":1000,"default":100}},
"AuditBefore":{"name":"BEFORE","in":"query","description":"Only entries with smaller numbers","schema":{"type":"integer","minimum":1}},
"PageSize":{"name":"PAGESIZE","in":"query","description":"At most so many jobs, with a link to the next ones","schema":{"type":"integer","minimum":1,"maximum":1000}},
"Cursor":{"name":"CURSOR","in":"query","description":"Where a page begins; taken from the link to it","schema":{"type":"string","pattern":"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"}},
"With":{"name":"WITH","in":"query","description":"Id of the job to compare with","schema":{"type":"string","minLength":1}},
"DifferenceFormat":{"name":"RESPONSEFORMAT","in":"query","schema":{"enum":["json","text"]}},
"Details":{"name":"DETAILS","in":"query","description":"Whole jobs instead of summaries, in JSON only","schema":{"type":"boolean"}},
"Depth":{"name":"DEPTH","in":"query","description":"Steps from the job; ALL = no limit","schema":{"anyOf":[{"type":"integer","minimum":0,"maximum":2147483647},{"const":"ALL"}]}},
"Direction":{"name":"DIRECTION","in":"query","schema":{"enum":["BACK","FORTH","BOTH"]}},
"Configuration":{"name":"CONFIGURATION","in":"query","schema":{"type":"boolean"}},
"Descriptions":{"name":"DESCRIPTIONS","in":"query","description":"0 none, 1 of jobs, 2 of their parameters, inputs and results too","schema":{"anyOf":[{"enum":[0,1,2]},{"type":"boolean"}]}},
"Agents":{"name":"AGENTS","in":"query","description":"Show persons and software","schema":{"type":"boolean"}},
"Agent":{"name":"AGENT","in":"query","description":"Go on from an agent to what it is responsible for","schema":{"type":"boolean"}},
"Members":{"name":"MEMBERS","in":"query","schema":{"type":"boolean"}},
"Steps":{"name":"STEPS","in":"query","schema":{"type":"boolean"}},
"Model":{"name":"MODEL","in":"query","schema":{"enum":["IVOA","W3C"]}},
"Attributes":{"name":"ATTRIBUTES","in":"query","description":"Sizes, checksums, hosts ... in pictures","schema":{"type":"boolean"}},
"GraphDirection":{"name":"GD","in":"query","description":"Where time goes in pictures","schema":{"enum":["LR","TB","RL","BT"]}},
"ProvId":{"name":"ID","in":"query","required":true,"description":"Id of a job, an entity or an agent; repeated, all of them","schema":{"type":"array","minItems":1,"items":{"type":"string","minLength":1}},"style":"form","explode":true},
"ProvFormat":{"name":"RESPONSEFORMAT","in":"query","schema":{"enum":["PROV-JSON","PROV-N","PROV-XML","PROV-TTL","PROV-JSONLD","PROV-VOTABLE","PROV-SVG","PROV-DOT"]}}
},
"securitySchemes":{
"token":{"type":"http","scheme":"bearer","description":"The text of a token"},
"account":{"type":"http","scheme":"basic","description":"Name of the account, and a token of it in place of a password"}
},
"responses":{
"SeeOther":{"description":"Done; Location is where to look","headers":{"Location":{"required":true,"schema":{"type":"string"}}}},
"NoContent":{"description":"There is nothing more, or the client has it already"},
"Problem":{"description":"What is wrong, as text, or as problem details where JSON was asked for","content":{"text/plain":{"schema":{"type":"string"}},"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}},"application/x-votable+xml":{}}}
}})json";
// clang-format on

}  // namespace

std::string_view openapi_components() noexcept { return k_components; }

}}}  // namespace opus::uws0::rest
