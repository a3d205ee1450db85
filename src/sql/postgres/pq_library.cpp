// Lazy loading of libpq: each function below forwards its call to the library once it is loaded. A
// deployment on the embedded database needs neither libpq nor Kerberos and LDAP, which libpq loads.
#include <libpq-fe.h>

#include "base/system/shared_library.hpp"

namespace {

const llmapikey::base::SharedLibrary& library() {
    static const llmapikey::base::SharedLibrary loaded("libpq.so.5", "libpq5");
    return loaded;
}

}  // namespace

extern "C" {

int PQbackendPID(const PGconn* conn) {
    LLMAPIKEY_FORWARD_TO(library(), PQbackendPID)(conn);
}
void PQclear(PGresult* res) {
    LLMAPIKEY_FORWARD_TO(library(), PQclear)(res);
}
char* PQcmdTuples(PGresult* res) {
    LLMAPIKEY_FORWARD_TO(library(), PQcmdTuples)(res);
}
PGconn* PQconnectdbParams(const char* const* keywords, const char* const* values, int expand_dbname) {
    LLMAPIKEY_FORWARD_TO(library(), PQconnectdbParams)(keywords, values, expand_dbname);
}
PQconninfoOption* PQconndefaults(void) {
    LLMAPIKEY_FORWARD_TO(library(), PQconndefaults)();
}
void PQconninfoFree(PQconninfoOption* conn_options) {
    LLMAPIKEY_FORWARD_TO(library(), PQconninfoFree)(conn_options);
}
PQconninfoOption* PQconninfoParse(const char* conninfo, char** errmsg) {
    LLMAPIKEY_FORWARD_TO(library(), PQconninfoParse)(conninfo, errmsg);
}
int PQconsumeInput(PGconn* conn) {
    LLMAPIKEY_FORWARD_TO(library(), PQconsumeInput)(conn);
}
char* PQerrorMessage(const PGconn* conn) {
    LLMAPIKEY_FORWARD_TO(library(), PQerrorMessage)(conn);
}
void PQfinish(PGconn* conn) {
    LLMAPIKEY_FORWARD_TO(library(), PQfinish)(conn);
}
int PQflush(PGconn* conn) {
    LLMAPIKEY_FORWARD_TO(library(), PQflush)(conn);
}
void PQfreemem(void* ptr) {
    LLMAPIKEY_FORWARD_TO(library(), PQfreemem)(ptr);
}
PGresult* PQgetResult(PGconn* conn) {
    LLMAPIKEY_FORWARD_TO(library(), PQgetResult)(conn);
}
int PQgetisnull(const PGresult* res, int tup_num, int field_num) {
    LLMAPIKEY_FORWARD_TO(library(), PQgetisnull)(res, tup_num, field_num);
}
int PQgetlength(const PGresult* res, int tup_num, int field_num) {
    LLMAPIKEY_FORWARD_TO(library(), PQgetlength)(res, tup_num, field_num);
}
char* PQgetvalue(const PGresult* res, int tup_num, int field_num) {
    LLMAPIKEY_FORWARD_TO(library(), PQgetvalue)(res, tup_num, field_num);
}
int PQisBusy(PGconn* conn) {
    LLMAPIKEY_FORWARD_TO(library(), PQisBusy)(conn);
}
int PQnfields(const PGresult* res) {
    LLMAPIKEY_FORWARD_TO(library(), PQnfields)(res);
}
int PQntuples(const PGresult* res) {
    LLMAPIKEY_FORWARD_TO(library(), PQntuples)(res);
}
char* PQresultErrorField(const PGresult* res, int fieldcode) {
    LLMAPIKEY_FORWARD_TO(library(), PQresultErrorField)(res, fieldcode);
}
ExecStatusType PQresultStatus(const PGresult* res) {
    LLMAPIKEY_FORWARD_TO(library(), PQresultStatus)(res);
}
int PQsendPrepare(PGconn* conn, const char* stmt_name, const char* query, int n_params, const Oid* param_types) {
    LLMAPIKEY_FORWARD_TO(library(), PQsendPrepare)(conn, stmt_name, query, n_params, param_types);
}
int PQsendQuery(PGconn* conn, const char* query) {
    LLMAPIKEY_FORWARD_TO(library(), PQsendQuery)(conn, query);
}
int PQsendQueryParams(PGconn* conn, const char* command, int n_params, const Oid* param_types,
                      const char* const* param_values, const int* param_lengths, const int* param_formats,
                      int result_format) {
    LLMAPIKEY_FORWARD_TO(library(), PQsendQueryParams)
    (conn, command, n_params, param_types, param_values, param_lengths, param_formats, result_format);
}
int PQsendQueryPrepared(PGconn* conn, const char* stmt_name, int n_params, const char* const* param_values,
                        const int* param_lengths, const int* param_formats, int result_format) {
    LLMAPIKEY_FORWARD_TO(library(), PQsendQueryPrepared)
    (conn, stmt_name, n_params, param_values, param_lengths, param_formats, result_format);
}
PQnoticeReceiver PQsetNoticeReceiver(PGconn* conn, PQnoticeReceiver proc, void* arg) {
    LLMAPIKEY_FORWARD_TO(library(), PQsetNoticeReceiver)(conn, proc, arg);
}
int PQsetnonblocking(PGconn* conn, int arg) {
    LLMAPIKEY_FORWARD_TO(library(), PQsetnonblocking)(conn, arg);
}
int PQsocket(const PGconn* conn) {
    LLMAPIKEY_FORWARD_TO(library(), PQsocket)(conn);
}
ConnStatusType PQstatus(const PGconn* conn) {
    LLMAPIKEY_FORWARD_TO(library(), PQstatus)(conn);
}
PGTransactionStatusType PQtransactionStatus(const PGconn* conn) {
    LLMAPIKEY_FORWARD_TO(library(), PQtransactionStatus)(conn);
}

}  // extern "C"
