#include <gtest/gtest.h>

#include <thread>

#include "ops/metrics.hpp"

namespace llmapikey::ops {
namespace {

bool has_line(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(MetricsTest, RequestsOfAllThreadsAreSummedByRouteAndStatus) {
    Metrics metrics({"other", "/", "/admin", "/admin"});
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; ++i) {
        threads.emplace_back([&metrics] {
            for (int request = 0; request < 1000; ++request)
                metrics.count_request(1, 200, std::chrono::milliseconds{2});
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    metrics.count_request(2, 200, std::chrono::milliseconds{700});
    metrics.count_request(3, 404, std::chrono::seconds{20});
    metrics.count_request(0, 299, std::chrono::microseconds{500});
    const std::string text = metrics.text();
    EXPECT_TRUE(has_line(text, R"(llmapikey_http_requests_total{route="/",status="200"} 6000)")) << text;
    EXPECT_TRUE(has_line(text, R"(llmapikey_http_requests_total{route="/admin",status="200"} 1)")) << text;
    EXPECT_TRUE(has_line(text, R"(llmapikey_http_requests_total{route="/admin",status="404"} 1)")) << text;
    EXPECT_TRUE(has_line(text, R"(llmapikey_http_requests_total{route="other",status="other"} 1)")) << text;
    EXPECT_TRUE(has_line(text, R"(llmapikey_http_request_duration_seconds_count{route="/"} 6000)")) << text;
    EXPECT_TRUE(has_line(text, R"(llmapikey_http_request_duration_seconds_bucket{route="/",le="0.001"} 0)")) << text;
    EXPECT_TRUE(has_line(text, R"(llmapikey_http_request_duration_seconds_bucket{route="/",le="0.0025"} 6000)"))
        << text;
    EXPECT_TRUE(has_line(text, R"(llmapikey_http_request_duration_seconds_sum{route="/"} 12)")) << text;
    EXPECT_TRUE(has_line(text, R"(llmapikey_http_request_duration_seconds_bucket{route="/admin",le="1"} 1)")) << text;
    EXPECT_TRUE(has_line(text, R"(llmapikey_http_request_duration_seconds_bucket{route="/admin",le="+Inf"} 2)"))
        << text;
    EXPECT_TRUE(has_line(text, R"(llmapikey_http_request_duration_seconds_bucket{route="other",le="0.0005"} 1)"))
        << text;
}

}  // namespace
}  // namespace llmapikey::ops
