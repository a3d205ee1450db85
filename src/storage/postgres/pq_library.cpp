// The functions of libpq that the program calls, each handed on to the library once it is loaded: a deployment on the
// embedded database never needs it, nor Kerberos and LDAP, which it brings along.
#include <libpq-fe.h>

#include "base/shared_library.hpp"

namespace {

const llmapikey::base::SharedLibrary& library() {
    static const llmapikey::base::SharedLibrary loaded("libpq.so.5", "libpq5");
    return loaded;
}

}  // namespace

#define LLMAPIKEY_FORWARD(name)                                              \
    static auto* const function = library().function<decltype(name)>(#name); \
    return function

extern "C" {

int PQbackendPID(const PGconn* conn) {
    LLMAPIKEY_FORWARD(PQbackendPID)(conn);
}
void PQclear(PGresult* res) {
    LLMAPIKEY_FORWARD(PQclear)(res);
}
char* PQcmdTuples(PGresult* res) {
    LLMAPIKEY_FORWARD(PQcmdTuples)(res);
}
PGconn* PQconnectdbParams(const char* const* keywords, const char* const* values, int expand_dbname) {
    LLMAPIKEY_FORWARD(PQconnectdbParams)(keywords, values, expand_dbname);
}
void PQconninfoFree(PQconninfoOption* conn_options) {
    LLMAPIKEY_FORWARD(PQconninfoFree)(conn_options);
}
PQconninfoOption* PQconninfoParse(const char* conninfo, char** errmsg) {
    LLMAPIKEY_FORWARD(PQconninfoParse)(conninfo, errmsg);
}
int PQconsumeInput(PGconn* conn) {
    LLMAPIKEY_FORWARD(PQconsumeInput)(conn);
}
char* PQerrorMessage(const PGconn* conn) {
    LLMAPIKEY_FORWARD(PQerrorMessage)(conn);
}
void PQfinish(PGconn* conn) {
    LLMAPIKEY_FORWARD(PQfinish)(conn);
}
int PQflush(PGconn* conn) {
    LLMAPIKEY_FORWARD(PQflush)(conn);
}
void PQfreemem(void* ptr) {
    LLMAPIKEY_FORWARD(PQfreemem)(ptr);
}
PGresult* PQgetResult(PGconn* conn) {
    LLMAPIKEY_FORWARD(PQgetResult)(conn);
}
int PQgetisnull(const PGresult* res, int tup_num, int field_num) {
    LLMAPIKEY_FORWARD(PQgetisnull)(res, tup_num, field_num);
}
int PQgetlength(const PGresult* res, int tup_num, int field_num) {
    LLMAPIKEY_FORWARD(PQgetlength)(res, tup_num, field_num);
}
char* PQgetvalue(const PGresult* res, int tup_num, int field_num) {
    LLMAPIKEY_FORWARD(PQgetvalue)(res, tup_num, field_num);
}
int PQisBusy(PGconn* conn) {
    LLMAPIKEY_FORWARD(PQisBusy)(conn);
}
int PQnfields(const PGresult* res) {
    LLMAPIKEY_FORWARD(PQnfields)(res);
}
int PQntuples(const PGresult* res) {
    LLMAPIKEY_FORWARD(PQntuples)(res);
}
char* PQresultErrorField(const PGresult* res, int fieldcode) {
    LLMAPIKEY_FORWARD(PQresultErrorField)(res, fieldcode);
}
ExecStatusType PQresultStatus(const PGresult* res) {
    LLMAPIKEY_FORWARD(PQresultStatus)(res);
}
int PQsendPrepare(PGconn* conn, const char* stmt_name, const char* query, int n_params, const Oid* param_types) {
    LLMAPIKEY_FORWARD(PQsendPrepare)(conn, stmt_name, query, n_params, param_types);
}
int PQsendQuery(PGconn* conn, const char* query) {
    LLMAPIKEY_FORWARD(PQsendQuery)(conn, query);
}
int PQsendQueryParams(PGconn* conn, const char* command, int n_params, const Oid* param_types,
                      const char* const* param_values, const int* param_lengths, const int* param_formats,
                      int result_format) {
    LLMAPIKEY_FORWARD(PQsendQueryParams)
    (conn, command, n_params, param_types, param_values, param_lengths, param_formats, result_format);
}
int PQsendQueryPrepared(PGconn* conn, const char* stmt_name, int n_params, const char* const* param_values,
                        const int* param_lengths, const int* param_formats, int result_format) {
    LLMAPIKEY_FORWARD(PQsendQueryPrepared)
    (conn, stmt_name, n_params, param_values, param_lengths, param_formats, result_format);
}
PQnoticeReceiver PQsetNoticeReceiver(PGconn* conn, PQnoticeReceiver proc, void* arg) {
    LLMAPIKEY_FORWARD(PQsetNoticeReceiver)(conn, proc, arg);
}
int PQsetnonblocking(PGconn* conn, int arg) {
    LLMAPIKEY_FORWARD(PQsetnonblocking)(conn, arg);
}
int PQsocket(const PGconn* conn) {
    LLMAPIKEY_FORWARD(PQsocket)(conn);
}
ConnStatusType PQstatus(const PGconn* conn) {
    LLMAPIKEY_FORWARD(PQstatus)(conn);
}
PGTransactionStatusType PQtransactionStatus(const PGconn* conn) {
    LLMAPIKEY_FORWARD(PQtransactionStatus)(conn);
}

}  // extern "C"
