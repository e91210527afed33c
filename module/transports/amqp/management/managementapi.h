// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/management/managementrefusal.h"
#include "transports/amqp/management/managementsettings.h"
#include "transports/amqp/management/requestpace.h"

#include <map>
#include <optional>

namespace Qombu::Amqp {

// What is asked of the management API. A plain value.
struct ManagementQuestion
{
    QByteArray path; // below "/api/", percent-encoded: "queues/%2F?page=1"
    QByteArray pathWithoutStatistics = {}; // where they are turned off; empty: the same
    QByteArray method = "GET";
    QByteArray body = {}; // JSON
    qint64 maximumBytes = 8 << 20; // of the answer
    std::optional<Hub::TimePoint> until = {}; // of a look that asks several; else settings.timeout
};

// What the API says of itself and its broker. A plain value.
struct ManagementServer
{
    QString product;
    QString version;
    QString cluster;
    bool countsNothing = false; // statistics are off: no counts, no rates, no connections
    bool hasRates = true;
};

// Asks RabbitMQ's management API on behalf of one link: finds out who answers there before all
// else, asks as the user that the link has now, never more at once, or faster, than a broker can
// bear, and nothing again by itself. Hub's thread; its link owns it.
class ManagementApi
{
public:
    static constexpr int MostAtOnce = 2;
    static constexpr int MostWaiting = 64;

    ManagementApi(Hub *hub, const ManagementSettings &settings);
    ~ManagementApi(); // what was asked is not answered any more. Also inside an answer.
    Q_DISABLE_COPY_MOVE(ManagementApi)

    // What the broker says of itself over AMQP; before anything is asked.
    void setBroker(const QVariantMap &serverProperties);
    void setPassword(const QString &password); // of the link's user, from now on

    // The JSON that it answered (invalid where there was none, as of 204), or why not, in words:
    // Error::NotFound where only what was asked for is not there, all else is about the API as a
    // whole. done is called once, never inside this call, at the latest after settings.timeout; it
    // may destroy this.
    void ask(const ManagementQuestion &question, Done<QVariant> done);
    // The same with the bytes as they came.
    void fetch(const ManagementQuestion &question, Done<QByteArray> done);

    // Of the link, percent-encoded.
    const QByteArray &virtualHost() const { return m_virtualHost; }
    static QByteArray encoded(const QString &name); // as a part of a path, or of a query
    QString user() const { return m_settings.user; } // who asks
    // Once something was answered.
    const ManagementServer &server() const { return m_server; }
    // False: no option turned it off, and the broker has one.
    bool isOn() const { return m_settings.isOn && m_isRabbit; }
    // What was last asked for was refused, by the API as a whole: who can do without need not ask.
    bool hasFailed() const { return m_hasFailed; }
    Hub *hub() const { return m_hub; }
    Hub::Duration timeout() const { return m_settings.timeout; }
    Hub::TimePoint endOfLook() const { return m_hub->now() + m_settings.timeout; } // begun now

private:
    using Answer = Result<HttpAnswer>;
    using Answered = std::function<void(const Answer &)>;
    struct Question
    {
        ManagementQuestion what;
        Answered done;
        HubHandle deadline;
        bool isSent = false;
        quint64 request = 0; // HttpClient's number
        Credentials sentAs;
        std::optional<Error> refusedUser; // who asks now may be somebody else
        bool changes() const { return what.method != "GET"; }
    };

    void add(const ManagementQuestion &question, Answered done);
    void insert(quint64 number, const ManagementQuestion &question, Answered done);
    Error refusal() const;
    ManagementRefusal words() const;
    void pump();
    void askWho();
    void useCredentials(const Credentials &now);
    void introduce();
    void introduced(const Answer &answer);
    Error strangeness() const;
    void send(quint64 number, Question &question);
    void answered(quint64 number, const Answer &answer);
    Answer judge(const Answer &answer) const;
    bool isToAskAsAnother(Question &question, const Answer &answer, const Error &refused);
    bool isCaller(const Credentials &credentials) const;
    void timeIsOver(quint64 number);
    void end(quint64 number, const Answer &answer);
    void endAll(const Error &error);
    Result<QVariant> json(const Answer &answer) const;

    Hub *const m_hub;
    ManagementSettings m_settings;
    const QByteArray m_virtualHost;
    HttpClient m_client;
    RequestPace m_pace;
    HubHandle m_paceTimer;
    std::map<quint64, Question> m_questions; // in the order of asking
    quint64 m_lastNumber = 0;
    quint64 m_introduction = 0; // its number, of all the first that is sent; 0: it is not asked
    int m_inFlight = 0;
    bool m_isCallerKnown = false;
    bool m_isAskingWho = false;
    bool m_isServerKnown = false;
    ManagementServer m_server;
    bool m_isRabbit = true; // the broker, as it says over AMQP
    QString m_product; // as it says there, as all the following
    QString m_cluster;
    bool m_hasFailed = false;
    std::shared_ptr<char> m_alive = std::make_shared<char>();
};

} // namespace Qombu::Amqp
