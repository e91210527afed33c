// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/management/managementapi.h"

#include "core/jsonvalues_p.h"
#include "core/whilealive_p.h"

#include <algorithm>
#include <utility>

namespace Qombu::Amqp {
namespace {

constexpr qint64 MostJsonValues = 1 << 20; // a page of 500 queues has about 20 000
constexpr qint64 MostBytesAtAll = 256 << 20; // ManagementQuestion::maximumBytes is no more

HttpSettings httpSettings(const ManagementSettings &settings)
{
    HttpSettings http;
    http.base = settings.base;
    http.tls = settings.tls;
    http.user = settings.user;
    http.password = settings.password;
    http.timeout = settings.timeout;
    http.maximumBytes = MostBytesAtAll;
    return http;
}

Result<QVariant> readJson(const QByteArray &text)
{
    if (text.isEmpty())
        return QVariant();
    Json::ValueBuilder builder(MostJsonValues);
    QVariant value;
    const Error error = Json::read(text, builder, [&] { value = builder.takeValue(); });
    return error.isError() ? Result<QVariant>(error) : Result<QVariant>(value);
}

// And not about what was asked for, or about what this user may see.
bool isAboutAll(Error::Kind kind)
{
    return kind != Error::None && kind != Error::NotFound && kind != Error::Channel
        && kind != Error::Configuration;
}

// The server may do what it was asked for, though it did not say so.
bool mayGoOn(const Result<HttpAnswer> &answer)
{
    return answer ? answer->status == 502 || answer->status == 504 : answer.error().isInDoubt();
}

} // namespace

ManagementApi::ManagementApi(Hub *hub, const ManagementSettings &settings)
    : m_hub(hub)
    , m_settings(settings)
    , m_virtualHost(encoded(settings.virtualHost))
    , m_client(hub, httpSettings(settings))
{
}

ManagementApi::~ManagementApi()
{
    m_alive.reset();
}

QByteArray ManagementApi::encoded(const QString &name)
{
    return name.toUtf8().toPercentEncoding();
}

void ManagementApi::setBroker(const QVariantMap &serverProperties)
{
    m_product = serverProperties.value(QStringLiteral("product")).toString();
    m_isRabbit = m_product == QLatin1String("RabbitMQ");
    m_cluster = serverProperties.value(QStringLiteral("cluster_name")).toString();
}

void ManagementApi::setPassword(const QString &password)
{
    if (m_settings.isOwnUser)
        return;
    m_settings.password = password;
    m_client.setCredentials(m_settings.user, password);
}

void ManagementApi::ask(const ManagementQuestion &question, Done<QVariant> done)
{
    add(question, [this, done = std::move(done)](const Answer &answer) { done(json(answer)); });
}

void ManagementApi::fetch(const ManagementQuestion &question, Done<QByteArray> done)
{
    add(question, [done = std::move(done)](const Answer &answer) {
        done(answer ? Result<QByteArray>(answer->body) : Result<QByteArray>(answer.error()));
    });
}

void ManagementApi::add(const ManagementQuestion &question, Answered done)
{
    if (const Error error = refusal(); error.isError())
        return m_hub->callSoon(
            whileAlive(m_alive, [error, done = std::move(done)] { done(error); }));
    insert(++m_lastNumber, question, std::move(done));
    pump();
}

void ManagementApi::insert(quint64 number, const ManagementQuestion &question, Answered done)
{
    Question &added = m_questions[number];
    added.what = question;
    added.done = std::move(done);
    const Hub::TimePoint until = question.until.value_or(endOfLook());
    added.deadline =
        m_hub->callLater(std::max(Hub::Duration::zero(), Hub::Duration(until - m_hub->now())),
                         [this, number] { timeIsOver(number); });
}

void ManagementApi::timeIsOver(quint64 number)
{
    const auto found = m_questions.find(number);
    if (found == m_questions.end())
        return;
    const Question &question = found->second;
    Error error = question.isSent ? words().ofSlow(m_settings.timeout)
                                  : words().ofWaiting(m_settings.timeout);
    if (question.isSent && question.changes())
        error = words().inDoubt(error);
    if (question.request != 0) {
        m_client.cancel(question.request);
        --m_inFlight;
    }
    const std::weak_ptr alive = m_alive;
    end(number, error);
    if (!alive.expired())
        pump();
}

Error ManagementApi::refusal() const
{
    if (!m_isRabbit)
        return words().ofBroker(m_product);
    if (!m_settings.isOn)
        return words().ofTurnedOff();
    if (m_settings.isExternal && !m_settings.isOwnUser)
        return words().ofExternal();
    const auto waiting = m_questions.size() - m_questions.count(m_introduction);
    return waiting < MostWaiting ? Error() : words().ofTooMany(MostWaiting);
}

ManagementRefusal ManagementApi::words() const
{
    return {m_settings.base, m_settings.isBaseGiven, m_settings.user, m_settings.isOwnUser,
            m_settings.virtualHost};
}

void ManagementApi::pump()
{
    if (m_questions.empty() || m_isAskingWho)
        return;
    if (!m_isCallerKnown)
        return askWho();
    if (!m_isServerKnown && !m_questions.contains(m_introduction))
        introduce();
    while (m_inFlight < MostAtOnce) {
        const auto next = std::ranges::find_if(m_questions, [this](const auto &one) {
            return !one.second.isSent && (m_isServerKnown || one.first == m_introduction);
        });
        if (next == m_questions.end())
            return;
        if (const auto wait = m_pace.take(m_hub->now()); wait > Hub::Duration::zero()) {
            m_paceTimer = m_hub->callLater(wait, [this] { pump(); });
            return;
        }
        send(next->first, next->second);
    }
}

void ManagementApi::askWho()
{
    if (m_settings.isOwnUser || !m_settings.askCredentials) {
        m_isCallerKnown = true;
        return pump();
    }
    m_isAskingWho = true;
    m_settings.askCredentials(
        whileAlive(m_alive, [this](const Credentials &now) { useCredentials(now); }));
}

// Questions that were refused go out again only as somebody else.
void ManagementApi::useCredentials(const Credentials &now)
{
    const QString user = now.userName.isNull() ? m_settings.user : now.userName;
    const QString password = now.password.isNull() ? m_settings.password : now.password;
    m_settings.user = user;
    m_settings.password = password;
    m_client.setCredentials(user, password);
    m_isAskingWho = false;
    m_isCallerKnown = true;
    std::vector<std::pair<quint64, Error>> refused;
    for (auto &[number, question] : m_questions) {
        if (!question.refusedUser)
            continue;
        if (isCaller(question.sentAs))
            refused.emplace_back(number, *question.refusedUser);
        else
            question.isSent = false;
    }
    const std::weak_ptr alive = m_alive;
    for (const auto &[number, error] : refused) {
        end(number, error);
        if (alive.expired())
            return;
    }
    pump();
}

void ManagementApi::introduce()
{
    ManagementQuestion question;
    question.path = "overview?columns=product_name,rabbitmq_version,cluster_name,rates_mode,"
                    "disable_stats";
    // What waits for it ends with it, and not before.
    question.until = m_hub->now() + m_settings.timeout * 95 / 100;
    m_introduction = ++m_lastNumber;
    insert(m_introduction, question, [this](const Answer &answer) { introduced(answer); });
}

// Whatever else was asked has the same answer: there is nobody who could give another.
void ManagementApi::introduced(const Answer &answer)
{
    const Result<QVariant> said = json(answer);
    if (!said)
        return endAll(said.error().kind() == Error::NotFound ? words().ofNowhere() : said.error());
    const QVariantMap facts = said->toMap();
    m_server.product = facts.value(QStringLiteral("product_name")).toString();
    m_server.version = facts.value(QStringLiteral("rabbitmq_version")).toString();
    m_server.cluster = facts.value(QStringLiteral("cluster_name")).toString();
    m_server.countsNothing = facts.value(QStringLiteral("disable_stats")).toBool();
    m_server.hasRates = facts.value(QStringLiteral("rates_mode")).toString() != u"none";
    if (const Error error = strangeness(); error.isError())
        return endAll(error);
    m_isServerKnown = true;
    pump();
}

Error ManagementApi::strangeness() const
{
    if (m_server.version.isEmpty())
        return words().ofStranger();
    if (!m_cluster.isEmpty() && !m_server.cluster.isEmpty() && m_cluster != m_server.cluster)
        return words().ofOtherBroker(m_server.cluster, m_cluster);
    return {};
}

void ManagementApi::send(quint64 number, Question &question)
{
    question.isSent = true;
    question.sentAs = {m_settings.user, m_settings.password};
    ++m_inFlight;
    HttpRequest request;
    request.method = question.what.method;
    const bool isOther = m_server.countsNothing && !question.what.pathWithoutStatistics.isEmpty();
    request.target = "/api/" + (isOther ? question.what.pathWithoutStatistics : question.what.path);
    request.body = question.what.body;
    request.maximumBytes = question.what.maximumBytes;
    if (!request.body.isEmpty())
        request.contentType = "application/json";
    question.request =
        m_client.send(request, [this, number](const Answer &answer) { answered(number, answer); });
}

void ManagementApi::answered(quint64 number, const Answer &answer)
{
    --m_inFlight;
    const auto found = m_questions.find(number);
    if (found == m_questions.end())
        return pump(); // its time was over
    found->second.request = 0;
    Answer judged = judge(answer);
    if (!judged && found->second.changes() && mayGoOn(answer))
        judged = words().inDoubt(judged.error());
    if (!judged && isToAskAsAnother(found->second, answer, judged.error())) {
        if (isCaller(found->second.sentAs))
            m_isCallerKnown = false;
        else
            found->second.isSent = false; // somebody has said meanwhile who asks
        return pump();
    }
    const std::weak_ptr alive = m_alive;
    end(number, judged);
    if (!alive.expired())
        pump();
}

ManagementApi::Answer ManagementApi::judge(const Answer &answer) const
{
    if (!answer)
        return words().ofError(answer.error(), m_settings.timeout);
    if (answer->status >= 200 && answer->status < 300)
        return answer;
    return words().ofAnswer(*answer, readJson(answer->body).valueOr({}));
}

// The link's own log-in may be a while ago, and a password have been changed since.
bool ManagementApi::isToAskAsAnother(Question &question, const Answer &answer, const Error &refused)
{
    const bool isRefused =
        answer && answer->status == 401 && refused.kind() == Error::Authentication;
    if (!isRefused || m_settings.isOwnUser || !m_settings.askCredentials || question.refusedUser)
        return false;
    question.refusedUser = refused;
    return true;
}

bool ManagementApi::isCaller(const Credentials &credentials) const
{
    return credentials.userName == m_settings.user && credentials.password == m_settings.password;
}

void ManagementApi::end(quint64 number, const Answer &answer)
{
    auto ended = m_questions.extract(number);
    if (ended.empty())
        return;
    ended.mapped().deadline.cancel();
    m_hasFailed = isAboutAll(answer.error().kind());
    ended.mapped().done(answer);
}

void ManagementApi::endAll(const Error &error)
{
    m_hasFailed = true;
    m_isCallerKnown = false;
    auto questions = std::exchange(m_questions, {});
    const std::weak_ptr alive = m_alive;
    for (auto &[number, question] : questions) {
        question.deadline.cancel();
        question.done(error);
        if (alive.expired())
            return;
    }
}

Result<QVariant> ManagementApi::json(const Answer &answer) const
{
    if (!answer)
        return answer.error();
    Result<QVariant> read = readJson(answer->body);
    return read ? read : words().ofText(answer->contentType);
}

} // namespace Qombu::Amqp
