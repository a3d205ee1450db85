#pragma once

#include <functional>
#include <memory>
#include <string>

#include "sql/sql_database.hpp"

namespace llmapikey::test {

// A database that repeats statements, as after a lost connection, or reports them as failed. A
// fault strikes the statements that contain the given words.
class DoubtfulSql final : public SqlDatabase {
public:
    enum class Fault {
        none,
        repeated,     // run twice; the answer is the second run's
        answer_lost,  // run, and reported as failed
        not_done,     // reported as failed
    };

    explicit DoubtfulSql(std::shared_ptr<SqlDatabase> database) : database_(std::move(database)) {}

    void strike(const std::string& words, Fault fault) { struck_ = words, fault_ = fault; }
    // Runs `action` once, after the next statement that contains these words.
    void after(const std::string& words, std::function<void()> action) {
        awaited_ = words, action_ = std::move(action);
    }

    Dialect dialect() const override { return database_->dialect(); }
    base::Result<SqlAnswer> run(const std::string& sql, const SqlValues& values) override {
        const bool is_struck = !struck_.empty() && sql.find(struck_) != std::string::npos;
        const Fault fault = is_struck ? fault_ : Fault::none;
        if (fault == Fault::not_done) return failed();
        auto answer = database_->run(sql, values);
        if (fault == Fault::answer_lost) return failed();
        if (fault == Fault::repeated) answer = database_->run(sql, values);
        if (!awaited_.empty() && sql.find(awaited_) != std::string::npos) {
            awaited_.clear();
            std::exchange(action_, nullptr)();
        }
        return answer;
    }
    base::Result<void> run_each(const std::string& sql, const std::vector<SqlValues>& all) override {
        return database_->run_each(sql, all);
    }

private:
    static tl::unexpected<base::Error> failed() {
        return base::fail(base::Errc::store_unavailable, "the answer was lost");
    }

    std::shared_ptr<SqlDatabase> database_;
    std::string struck_, awaited_;
    Fault fault_ = Fault::none;
    std::function<void()> action_;
};

}  // namespace llmapikey::test
