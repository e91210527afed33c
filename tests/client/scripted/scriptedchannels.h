// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/scripted/scriptedbroker.h"

namespace Qombu {

// The one of the test that runs.
inline ScriptedBroker &broker()
{
    return ScriptedBroker::current();
}

// Answers the requests of one channel as the broker's script says, and none after the channel's
// end.
class ScriptedAnswers
{
public:
    template<typename T>
    void answer(const QString &request, Done<T> done, Result<T> result)
    {
        const auto alive = std::weak_ptr<bool>(m_alive);
        const Error refusal = begin(request);
        if (alive.expired())
            return; // the link broke
        if (refusal.isError())
            result = refusal;
        give(request, [done = std::move(done), result = std::move(result)](const Error &failure) {
            done(failure.isError() ? Result<T>(failure) : result);
        });
    }

private:
    static Error begin(const QString &request); // logs it
    void give(const QString &request, std::function<void(const Error &failure)> answer);

    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
    std::vector<std::function<void(const Error &)>>
        m_never; // kept, as a broker's silence keeps them
};

class ScriptedTopology final : public TopologyChannel
{
public:
    void declare(const Exchange &exchange, Done<void> done) override;
    void declare(const Queue &queue, Done<QueueInfo> done) override;
    void bind(const Binding &binding, Done<void> done) override;
    void unbind(const Binding &binding, Done<void> done) override;
    void unwanted(const Binding &binding) override;
    void inspect(const QString &queue, Done<QueueInfo> done) override;
    void purge(const QString &queue, Done<qint64> done) override;
    void remove(const Queue &queue, const RemoveOptions &options, Done<qint64> done) override;
    void remove(const Exchange &exchange, const RemoveOptions &options, Done<void> done) override;

private:
    ScriptedAnswers m_answers;
};

class ScriptedDeliveries final : public DeliverChannel
{
public:
    explicit ScriptedDeliveries(DeliveryListener *to);
    ~ScriptedDeliveries() override;
    void get(const QString &queue, bool noAck, Done<std::optional<IncomingMessage>> done) override;
    void consume(const ConsumeRequest &asked, Done<void> done) override;
    bool mayBeReplaced() const override { return true; }
    void setWindow(int count, qint64 bytes) override;
    void setPaused(bool paused) override;
    void cancel(Done<void> done) override;

    DeliveryListener *const listener;
    ConsumeRequest request; // its window follows setWindow()

private:
    ScriptedAnswers m_answers;
};

class ScriptedPublishes final : public PublishChannel
{
public:
    explicit ScriptedPublishes(PublishListener *to);
    ~ScriptedPublishes() override;
    void publish(std::vector<OutgoingMessage> &&messages) override;
    void publishTogether(std::vector<OutgoingMessage> &&messages) override;
    std::vector<quint64> unsent() const override { return kept; }

    PublishListener *const listener;
    bool isClosed = false; // what comes now is lost
    std::vector<quint64> kept;
};

} // namespace Qombu
