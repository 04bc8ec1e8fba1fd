// Each method of the Open API, called as it may be, with every parameter that it takes.

/** @typedef {import('../../openapi.mjs').OpenApi} OpenApi */
/** @typedef {import('../../openapi.mjs').OpenApiResult<any>} OpenApiResult */

const THEN = 1_520_812_800_000
const PERIOD = { topic: 'T', beginTime: THEN, endTime: BigInt(THEN + 1) }
const MESSAGE = { msgId: '0A0B0C0D00002A9F0000000000000001', topic: 'T' }
const IN_CONSUMER = { consumerId: 'CID_a', topic: 'T' }
const IN_PUBLISHER = { producerId: 'PID_a', topic: 'T' }

/**
 * @param {OpenApi} client
 * @returns {[string, () => Promise<OpenApiResult>][]} by operation
 */
export const calls = (client) => [...guided(client), ...served(client)]

/** Those of the operations' that change what is there, by the guide. */
export const WRITES = [
  ...['topic', 'publish', 'subscription', 'empower'].flatMap((it) => [
    `${it}/create`,
    `${it}/delete`,
  ]),
  'consumer/resetoffset',
  'empower/createBySub',
  'vpcTunnel/tunnelSwitch',
]

/**
 * @param {OpenApi} client
 * @returns {[string, () => Promise<OpenApiResult>][]}
 */
const guided = ({ region, topic, publish, subscription, message }) => [
  ['region/list', () => region.list()],
  ['topic/create', () => topic.create({ topic: 'T', instanceId: 'inst' })],
  ['topic/delete', () => topic.delete({ topic: 'T' })],
  ['topic/get', () => topic.get({ topic: 'T' })],
  ['topic/listNames', () => topic.listNames()],
  [
    'topic/listInPage',
    () => topic.listInPage({ topic: 'T', currentPage: 2, pageSize: 7, instanceId: 'inst' }),
  ],
  ['topic/status', () => topic.status({ topic: 'T' })],
  ['publish/create', () => publish.create(IN_PUBLISHER)],
  ['publish/delete', () => publish.delete(IN_PUBLISHER)],
  ['publish/get', () => publish.get(IN_PUBLISHER)],
  ['publish/list', () => publish.list({ ...IN_PUBLISHER, instanceId: 'inst' })],
  ['subscription/create', () => subscription.create(IN_CONSUMER)],
  ['subscription/delete', () => subscription.delete(IN_CONSUMER)],
  ['subscription/get', () => subscription.get(IN_CONSUMER)],
  ['subscription/list', () => subscription.list({ ...IN_CONSUMER, instanceId: 'inst' })],
  ['message/getById', () => message.getById(MESSAGE)],
  ['message/getByKey', () => message.getByKey({ topic: 'T', key: '键 +/=&%' })],
  ['message/getByTopic', () => message.getByTopic({ topic: 'T' })],
  ['message/trace', () => message.trace(MESSAGE)],
]

/**
 * @param {OpenApi} client
 * @returns {[string, () => Promise<OpenApiResult>][]}
 */
const served = ({ consumer, empower, trend, mqtt, instance }) => [
  ['consumer/accumulate', () => consumer.accumulate({ consumerId: 'CID_a', detail: true })],
  [
    'consumer/status',
    () => consumer.status({ consumerId: 'CID_a', detail: true, needJstack: false }),
  ],
  ['consumer/getConnection', () => consumer.getConnection({ consumerId: 'CID_a' })],
  ['consumer/progress', () => consumer.progress(IN_CONSUMER)],
  [
    'consumer/resetoffset',
    () => consumer.resetOffset({ ...IN_CONSUMER, type: 1, resetTimestamp: THEN }),
  ],
  [
    'empower/create',
    () => empower.create({ empowerUser: 1234567890123456789n, topic: 'T', relation: 2 }),
  ],
  [
    'empower/createBySub',
    () => empower.createBySub({ empowerUser: '子 账号', topic: 'T', relation: 6 }),
  ],
  ['empower/delete', () => empower.delete({ empowerUser: 7, topic: 'T' })],
  ['empower/list', () => empower.list({ empowerUser: 7, topic: 'T' })],
  ['trend/topicInputTps', () => trend.topicInputTps({ ...PERIOD, period: 5, type: 0 })],
  ['trend/groupOutputTps', () => trend.groupOutputTps({ ...PERIOD, period: 10, type: 1 })],
  ['mqtt/listGroupId', () => mqtt.listGroupId()],
  ['mqtt/getDeviceRunningInfo', () => mqtt.getDeviceRunningInfo({ clientId: 'GID_m@@@设备' })],
  ['mqtt/getClientSetByGroupId', () => mqtt.getClientSetByGroupId({ groupId: 'GID_m' })],
  [
    'mqtt/getClientSetByTopic',
    () => mqtt.getClientSetByTopic({ firstTopic: 'T', secondTopic: '/a/b' }),
  ],
  [
    'mqtt/getMqttConnectionSum',
    () =>
      mqtt.getMqttConnectionSum({
        firstTopic: 'T',
        groupId: 'GID_m',
        beginTime: THEN,
        endTime: THEN,
      }),
  ],
  [
    'mqtt/getMqttMsgTransTask',
    () =>
      mqtt.getMqttMsgTransTask({
        ...PERIOD,
        firstTopic: 'T',
        secondTopic: 'a',
        qos: 1,
        msgType: 'p2p',
        queryType: 'PUB',
        consoleType: 'TPS',
      }),
  ],
  [
    'vpcTunnel/tunnelSwitch',
    () =>
      instance.tunnelSwitch({
        tunnelType: 'singleTunnel',
        instanceId: 'inst',
        slbUrl: 'http://slb/?a=1&b=%20',
        force: true,
        vSwitchId: 'vsw-1',
      }),
  ],
  ['instance/list', () => instance.list()],
  ['instance/listIds', () => instance.listIds()],
]
