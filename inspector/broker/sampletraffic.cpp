// SPDX-License-Identifier: BSD-3-Clause
#include "broker/sampletraffic.h"

#include <Qombu/channel.h>
#include <Qombu/hub.h>

#include <QtCore/quuid.h>

namespace Qombu::Inspector {
namespace {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

constexpr int Backlog = 120; // beats until the slow workers wake up

ConnectionOptions backgroundOptions()
{
    ConnectionOptions options;
    options.hub = Hub::background();
    options.clientName = u"sample traffic"_s;
    return options;
}

const Exchange &orders()
{
    static const Exchange exchange(u"orders"_s, ExchangeType::Topic);
    return exchange;
}

const Exchange &invoices()
{
    static const Exchange exchange(u"invoices"_s, ExchangeType::Direct);
    return exchange;
}

const Exchange &events()
{
    static const Exchange exchange(u"shop.events"_s, ExchangeType::Fanout);
    return exchange;
}

struct Customer
{
    QStringView name;
    QStringView city;
};
constexpr Customer Customers[] = {
    {u"Åsa Lindqvist", u"Göteborg"}, {u"李娜", u"上海"},         {u"Jürgen Weiß", u"Köln"},
    {u"Maria Rossi", u"Milano"},     {u"José Núñez", u"Málaga"}, {u"Zoë O’Brien", u"Galway"},
};
constexpr QStringView Tasks[] = {u"shop.tasks.send_mail", u"shop.tasks.charge_card",
                                 u"shop.tasks.render_invoice", u"shop.tasks.reindex"};

constexpr char Pickle[] =
    "\x80\x04\x95\x14\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.";
constexpr char Picture[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0";

QString newId(QRandomGenerator &random)
{
    quint32 words[4];
    random.fillRange(words);
    return QUuid::fromRfc4122(QByteArray(reinterpret_cast<const char *>(words), 16))
        .toString(QUuid::WithoutBraces);
}

} // namespace

SampleTraffic::SampleTraffic(QObject *parent)
    : QObject(parent)
    , m_connection(BrokerUrl(url()), backgroundOptions())
    , m_producer(&m_connection)
{
    m_beat.setInterval(180ms);
    m_work.setInterval(240ms);
    connect(&m_beat, &QTimer::timeout, this, &SampleTraffic::beat);
    connect(&m_work, &QTimer::timeout, this, [this] {
        if (!m_inWork.isEmpty())
            m_inWork.takeFirst().ack();
    });
}

SampleTraffic::~SampleTraffic()
{
    // The workers first: what they hold goes back.
    m_worker.reset();
    m_audit.reset();
    m_stuckWorker.reset();
}

QString SampleTraffic::url()
{
    return u"memory://demo"_s;
}

void SampleTraffic::start()
{
    setUp();
    m_beat.start();
    m_work.start();
}

void SampleTraffic::setUp()
{
    declareTopology();
    publishStill();
    startWorkers();
}

void SampleTraffic::declareTopology()
{
    Channel *channel = m_connection.defaultChannel();
    const auto declare = [channel](const QString &name, const Exchange &exchange,
                                   const QString &key) {
        channel->declare(Queue(name, exchange, key));
    };
    declare(u"celery"_s, Exchange(u"celery"_s), u"celery"_s);
    declare(u"images.resize"_s, Exchange(u"celery"_s), u"images.resize"_s);
    declare(u"orders.fulfilment"_s, orders(), u"order.created"_s);
    declare(u"orders.europe"_s, orders(), u"order.*.eu"_s);
    declare(u"orders.audit"_s, orders(), u"order.#"_s);
    declare(u"invoices.pdf"_s, invoices(), u"pdf"_s);
    declare(u"invoices.archive"_s, invoices(), u"archive"_s);
    declare(u"dashboard"_s, events(), u""_s);
    declare(u"search.index"_s, events(), u""_s);
    declare(u"legacy.import"_s, Exchange(u"legacy"_s), u"legacy.import"_s);
    channel->declare(Queue(u"notifications.sms"_s));
}

// What cannot be read, and enough of the rest that no page is empty at first sight.
void SampleTraffic::publishStill()
{
    PublishOptions broken;
    broken.routingKey = u"legacy.import"_s;
    broken.contentType = u"application/json"_s;
    broken.contentEncoding = u"utf-8"_s;
    m_producer.publish(QByteArray("{\"customer\": 4711, \"lines\": [1, 2, ]}"), broken);
    PublishOptions pickle = broken;
    pickle.contentType = u"application/x-python-serialize"_s;
    pickle.contentEncoding = u"binary"_s;
    m_producer.publish(QByteArray(Pickle, sizeof(Pickle) - 1), pickle);
    PublishOptions picture = broken;
    picture.contentType = u"image/png"_s;
    picture.contentEncoding = u"binary"_s;
    m_producer.publish(QByteArray(Picture, sizeof(Picture) - 1), picture);
    for (int i = 0; i < 24; ++i) {
        publishOrder(++m_number);
        publishTask(m_number);
        if (i % 3 == 0)
            publishInvoice(m_number);
        if (i % 4 == 0)
            publishEvent(m_number);
    }
}

void SampleTraffic::publishTask(int number)
{
    const QString id = newId(m_random);
    const QString task = Tasks[m_random.bounded(int(std::size(Tasks)))].toString();
    const QVariantList arguments{number, u"customer-%1@example.org"_s.arg(number % 97)};
    const QVariantMap keywords{{u"priority"_s, number % 5 == 0 ? u"high"_s : u"normal"_s},
                               {u"attempts"_s, 3}};
    PublishOptions options;
    const bool resize = number % 9 == 0;
    options.routingKey = resize ? u"images.resize"_s : u"celery"_s;
    options.headers = {
        {u"lang"_s, u"py"_s},
        {u"task"_s, resize ? u"shop.tasks.resize_image"_s : task},
        {u"id"_s, id},
        {u"root_id"_s, id},
        {u"parent_id"_s, QVariant::fromValue(nullptr)},
        {u"group"_s, number % 6 == 0 ? QVariant(newId(m_random)) : QVariant::fromValue(nullptr)},
        {u"eta"_s, QVariant::fromValue(nullptr)},
        {u"expires"_s, QVariant::fromValue(nullptr)},
        {u"retries"_s, number % 7 == 0 ? 2 : 0},
        {u"timelimit"_s, QVariantList{QVariant::fromValue(nullptr), QVariant::fromValue(nullptr)}},
        {u"argsrepr"_s, u"(%1, 'customer-%2@example.org')"_s.arg(number).arg(number % 97)},
        {u"kwargsrepr"_s, u"{'attempts': 3}"_s},
        {u"origin"_s, u"gen%1@web-%2"_s.arg(4000 + number % 3).arg(1 + number % 2)},
    };
    options.properties.correlationId = id;
    options.properties.replyTo = u"d0c5bd9a-4f6a-3e1b-9a55-0c0ffee00001"_s;
    options.priority = number % 5 == 0 ? 6 : 0;
    const QVariantMap embed{{u"callbacks"_s, QVariant::fromValue(nullptr)},
                            {u"errbacks"_s, QVariant::fromValue(nullptr)},
                            {u"chain"_s, QVariant::fromValue(nullptr)},
                            {u"chord"_s, QVariant::fromValue(nullptr)}};
    m_producer.publish(QVariantList{arguments, keywords, embed}, options);
}

void SampleTraffic::publishOrder(int number)
{
    const Customer &customer = Customers[m_random.bounded(int(std::size(Customers)))];
    const bool paid = number % 3 == 0;
    PublishOptions options;
    options.exchange = orders();
    options.routingKey = number % 4 == 0 ? (paid ? u"order.paid.eu"_s : u"order.created.eu"_s)
                                         : (paid ? u"order.paid"_s : u"order.created"_s);
    options.headers = {{u"trace"_s, newId(m_random)},
                       {u"tenant"_s, number % 2 ? u"north"_s : u"south"_s}};
    options.properties.messageId = u"order-%1"_s.arg(100'000 + number);
    options.properties.appId = u"webshop"_s;
    options.properties.type = paid ? u"OrderPaid"_s : u"OrderCreated"_s;
    const QVariantList lines{
        QVariantMap{{u"sku"_s, u"TEA-%1"_s.arg(10 + number % 40)},
                    {u"quantity"_s, 1 + number % 4},
                    {u"price"_s, 12.5}},
        QVariantMap{{u"sku"_s, u"CUP-%1"_s.arg(number % 7)}, {u"quantity"_s, 2}, {u"price"_s, 7.9}},
    };
    m_producer.publish(QVariantMap{{u"id"_s, 100'000 + number},
                                   {u"customer"_s,
                                    QVariantMap{{u"name"_s, customer.name.toString()},
                                                {u"city"_s, customer.city.toString()}}},
                                   {u"lines"_s, lines},
                                   {u"gift"_s, number % 11 == 0},
                                   {u"note"_s,
                                    number % 13 == 0 ? QVariant(u"<b>ring twice</b>"_s)
                                                     : QVariant::fromValue(nullptr)}},
                       options);
}

void SampleTraffic::publishInvoice(int number)
{
    PublishOptions options;
    options.exchange = invoices();
    options.routingKey = number % 2 ? u"pdf"_s : u"archive"_s;
    options.compression = number % 2 ? u"zlib"_s : QString();
    m_producer.publish(
        QVariantMap{{u"invoice"_s, u"R-2026-%1"_s.arg(number, 5, 10, QLatin1Char('0'))},
                    {u"total"_s, 20.4 + number % 100},
                    {u"currency"_s, u"EUR"_s}},
        options);
}

void SampleTraffic::publishEvent(int number)
{
    PublishOptions options;
    options.exchange = events();
    options.serializer = u"text"_s;
    m_producer.publish(u"stock of TEA-%1 changed to %2"_s.arg(10 + number % 40).arg(number % 90),
                       options);
}

void SampleTraffic::startWorkers()
{
    const auto consumer = [this](const QString &queue, int prefetch) {
        auto made = std::make_unique<Consumer>(&m_connection, Queue(queue));
        made->setDeclaresQueues(false);
        made->setPrefetchCount(prefetch);
        return made;
    };
    m_worker = consumer(u"celery"_s, 4);
    connect(m_worker.get(), &Consumer::messageReceived, this,
            [this](const Message &message) { m_inWork.append(message); });
    m_stuckWorker = consumer(u"images.resize"_s, 2);
    connect(m_stuckWorker.get(), &Consumer::messageReceived, this,
            [this](const Message &message) { m_stuck.append(message); });
    m_audit = consumer(u"orders.audit"_s, 16);
    connect(m_audit.get(), &Consumer::messageReceived, this,
            [](const Message &message) { message.ack(); });
    m_worker->start();
    m_stuckWorker->start();
    m_audit->start();
}

void SampleTraffic::beat()
{
    ++m_number;
    if (m_number % 2 == 0)
        publishTask(m_number);
    if (m_number % 3 == 0)
        publishOrder(m_number);
    if (m_number % 8 == 0)
        publishEvent(m_number);
    if (m_number % 20 == 0)
        publishInvoice(m_number + m_number / 20);
    if (m_number > Backlog)
        drain();
}

// The other queues have workers, too, or they would grow for ever: one message now and then.
void SampleTraffic::drain()
{
    struct Worker
    {
        QString queue;
        int every; // beats; about as often as a message comes
    };
    static const Worker workers[] = {{u"orders.fulfilment"_s, 6}, {u"orders.europe"_s, 12},
                                     {u"dashboard"_s, 8},         {u"search.index"_s, 8},
                                     {u"invoices.pdf"_s, 40},     {u"invoices.archive"_s, 40},
                                     {u"images.resize"_s, 18}};
    for (const Worker &worker : workers) {
        if (m_number % worker.every == 0)
            m_connection.defaultChannel()->get(worker.queue, AckMode::None);
    }
}

} // namespace Qombu::Inspector
